"""Which groups wait between two releases, at the edge of the rule and over random tables."""

import numpy as np
import pandas as pd
import pytest
from peil.disclosure import Rules, waiting
from peil.disclosure.rules import QUANTITIES

FEW = 10
KINDS = [kind + suffix for kind in QUANTITIES for suffix in ("", "_small_base")]
# Figures of so many digits blur nothing; those of whole numbers blur everything.
EXACT = Rules(5, dict.fromkeys(KINDS, 5e-13), 0, FEW)
COARSE = Rules(5, dict.fromkeys(KINDS, 0.5), 0, FEW)


def nested(**families):
    """Per parent its families; children of a family are its letters."""
    rows = [
        ("w", parent, child, str(number))
        for parent, of_parent in families.items()
        for number, children in enumerate(of_parent)
        for child in children
    ]
    columns = ["wave_code", "parent_group", "child_group", "family"]
    return pd.DataFrame(rows, columns=columns).assign(rest_is_group=False)


def who_waits(groups, nestings, rules=EXACT):
    """The names of the groups that wait.

    Per name: how many answered now and in the release (None: not released), and whether a figure is
    shown (left out: it is); further bases are those of earlier releases.
    """
    names = ["total", *sorted(set(groups) - {"total"})]
    number = {name: i for i, name in enumerate(names)}
    rows = []
    for name in names:
        now, released, shown, *earlier = (*groups[name], True)[: max(3, len(groups[name]))]
        bases = [b for b in (released, *earlier) if b is not None and b != now]
        least = min((abs(now - b) for b in bases), default=None)
        rows.append(("w", "q", number[name], now, shown, released, least))
    table = pd.DataFrame(
        rows,
        columns=["wave_code", "question_code", "group_id", "n_answers", "is_shown", "n_released",
                 "least_change"],
    ).astype({"n_released": "Int64", "least_change": "Int64"})  # fmt: skip
    numbered = nestings.assign(
        parent_group=nestings["parent_group"].map(number),
        child_group=nestings["child_group"].map(number),
    )
    return {names[i] for i in waiting(table, numbered, rules)["group_id"]}


SEXES = nested(total=["mw"])


def test_nothing_waits_that_was_never_released_or_did_not_change():
    new = {"total": (100, None), "m": (50, None), "w": (50, None)}
    assert who_waits(new, SEXES) == set()
    same = {"total": (100, 100), "m": (50, 50), "w": (50, 50)}
    assert who_waits(same, SEXES) == set()


@pytest.mark.parametrize(("came", "waits"), [(9, {"total", "m"}), (10, set())])
def test_a_group_waits_while_few_came_in(came, waits):
    """Nobody came among the women: nine men are all who came."""
    groups = {"total": (100 + came, 100), "m": (50 + came, 50), "w": (50, 50)}
    assert who_waits(groups, SEXES) == waits


@pytest.mark.parametrize(("men", "waits"), [(3, {"m", "w"}), (10, set())])
def test_all_minus_the_women_may_not_tell_of_three_men(men, waits):
    groups = {"total": (120 + men, 100), "m": (50 + men, 50), "w": (70, 50)}
    assert who_waits(groups, SEXES) == waits


@pytest.mark.parametrize(("unstated", "waits"), [(1, {"w"}), (10, set())])
def test_nor_of_one_who_did_not_state_it(unstated, waits):
    """Ten people in no group, one more now: one of the groups that grew waits."""
    groups = {"total": (140 + unstated, 110), "m": (70, 50), "w": (60, 50)}
    assert who_waits(groups, SEXES) == waits


def test_nor_of_one_in_a_group_that_is_never_shown():
    """Of the women there are few; one more came."""
    groups = {"total": (131, 100), "m": (110, 80), "w": (21, None, False)}
    assert who_waits(groups, SEXES) == {"m"}


def test_groups_that_are_new_wait_while_their_whole_stands():
    """Three came; two new groups would add up to the whole of now."""
    groups = {"total": (103, 100), "m": (51, None), "w": (52, None)}
    assert who_waits(groups, SEXES) == {"total", "m"}
    assert who_waits(groups | {"total": (110, 100)}, SEXES) == set()


def test_a_group_that_reached_the_least_base_waits_while_the_others_stand():
    """The men of now are everybody of now minus the women, who were never shown."""
    groups = {"total": (115, 100), "m": (53, 50), "w": (62, None)}
    assert who_waits(groups, SEXES) == {"m", "w"}


def test_sums_are_combined():
    """All by age, and the old by sex: everybody minus the young minus the old men are old women."""
    nestings = nested(total=["yo"], o=["mw"])
    groups = {"total": (142, 100), "y": (70, 50), "o": (72, 50), "m": (45, 25), "w": (27, 25)}
    assert who_waits(groups, nestings) == {"m", "w"}
    # The old are not shown: what is left of both sums is the old women again.
    assert who_waits(groups | {"o": (72, None, False)}, nestings) == {"m", "w"}


def test_every_release_that_is_kept_counts():
    """Ten more than the release in force, but one more than one that was taken back."""
    groups = {"total": (120, 100), "m": (60, 50, True, 59), "w": (60, 50)}
    assert who_waits(groups, SEXES) == {"m", "w"}
    # Three and three: six in both, and all but the third tell of both.
    groups = {"total": (180, 140), "a": (60, 50, True, 57), "b": (60, 50, True, 57), "c": (60, 40)}
    assert who_waits(groups, nested(total=["abc"])) == {"a", "b", "c"}


def test_rounding_that_hides_a_few_newcomers_lets_the_rest_be_made_anew():
    groups = {"total": (5023, 5000), "m": (2503, 2500), "w": (2520, 2500)}
    assert who_waits(groups, SEXES, COARSE) == {"m"}
    assert who_waits(groups, SEXES) == {"m", "w"}


def told(known, who):
    """Whether sums of the known groups leave the answers of exactly these newcomers."""
    if not len(known):
        return False
    found = np.linalg.lstsq(known.T, who, rcond=None)[0]
    return bool(np.abs(known.T @ found - who).max() < 1e-8)


def attacked(seed, rule):
    """Groups of few newcomers that both releases together tell, of random people in three margins.

    Newcomers are the unknowns, one per cell of the margins: a group that is made anew gives the
    sum over its newcomers.
    """
    rng = np.random.default_rng(seed)
    shape = (2, 3, 2)
    cells = np.indices(shape).reshape(3, -1)
    before, came = rng.integers(5, 60, cells.shape[1]), rng.poisson(rng.choice([1, 4, 9]), 12)
    members = {"total": np.ones(12)} | {
        f"{name}{level}": (cells[axis] == level).astype(float)
        for axis, name in enumerate("abc") for level in range(shape[axis])
    }  # fmt: skip
    groups = {
        name: (int(one @ (before + came)), int(one @ before), bool(one @ (before + came) >= 60))
        for name, one in members.items()
    }
    groups = {name: (now, old if shown else None, shown) for name, (now, old, shown) in
              groups.items()}  # fmt: skip
    families = [[f"{name}{level}" for level in range(shape[i])] for i, name in enumerate("abc")]
    waits = who_waits(groups, nested(total=families)) if rule else {
        name for name, (now, old, _) in groups.items() if old is not None and 0 < now - old < FEW
    }  # fmt: skip
    anew = [members[g] * came for g in members if groups[g][2] and g not in waits]
    return [
        name for name, one in members.items()
        if groups[name][1] is not None and 0 < one @ came < FEW and told(np.array(anew), one * came)
    ]  # fmt: skip


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_two_releases_of_random_groups_tell_of_no_few(first):
    assert [seed for seed in range(first, first + 100) if attacked(seed, rule=True)] == []


def test_without_the_sums_the_same_attack_succeeds():
    assert [seed for seed in range(100) if attacked(seed, rule=False)]
