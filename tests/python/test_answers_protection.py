"""Shares of every answer of a group are shown whole or not at all, and no sum gives one away."""

import itertools

import numpy as np
import pandas as pd
import pytest
from peil.disclosure import Rules, withheld_answers
from peil.disclosure.attack import attack_answers
from peil.disclosure.rules import QUANTITIES

KINDS = [kind + suffix for kind in QUANTITIES for suffix in ("", "_small_base")]
EXACT = Rules(5, dict.fromkeys(KINDS, 5e-13), 0)
NOTHING = pd.DataFrame(columns=["wave_code", "question_code", "group_id"])


def table(groups, min_base=20):
    """Figures of one question: per group how many gave each answer."""
    rows = []
    for group, counts in groups.items():
        n = sum(counts)
        for measure, positive in enumerate(counts, 1):
            few = 0 < min(positive, n - positive) < 5
            reason = "small_base" if n < min_base else "small_cell" if few else None
            rows.append(("w", "q", measure, "range", measure, measure, group, n, positive,
                         min_base, reason))  # fmt: skip
    columns = ["wave_code", "question_code", "measure_id", "kind", "value_from", "value_to",
               "group_id", "n_answers", "n_positive", "min_base_n", "primary_reason"]  # fmt: skip
    figures = pd.DataFrame(rows, columns=columns).assign(survey_code="s")
    return figures.assign(figure_id=range(len(figures)))


def nested(*families):
    rows = [
        ("w", parent, child, family)
        for family, (parent, children) in enumerate(families)
        for child in children
    ]
    columns = ["wave_code", "parent_group", "child_group", "family"]
    return pd.DataFrame(rows, columns=columns).assign(rest_is_group=False)


def groups_hidden(figures, nestings, withheld=NOTHING):
    found = withheld_answers(figures, withheld, nestings, EXACT)
    hidden = figures.set_index("figure_id").loc[found["figure_id"]]
    sizes = figures.groupby("group_id").size()
    assert all(sizes[g] == n for g, n in hidden.groupby("group_id").size().items())
    return set(hidden["group_id"])


def attacked(figures, nestings, hidden):
    """What the attack recovers when these groups are hidden."""
    reasons = np.where(figures["group_id"].isin(hidden), "protected", None)
    found = attack_answers(figures.assign(primary_reason=reasons), nestings, EXACT)
    return int(found["n_recovered"].sum())


def test_a_group_with_an_answer_of_a_few_shows_none_of_them():
    """4 people of a gave a 1; b is hidden with a, for a would be everybody minus the others."""
    figures = table({0: (44, 60, 76), 1: (4, 20, 26), 2: (20, 20, 20), 3: (20, 20, 30)})
    nestings = nested((0, (1, 2, 3)))
    assert groups_hidden(figures, nestings) == {1, 2}
    assert attacked(figures, nestings, {1, 2}) == 0
    assert attacked(figures, nestings, {1}) > 0


def test_a_group_of_which_another_figure_is_withheld_shows_none():
    figures = table({0: (60, 60, 80), 1: (20, 20, 30), 2: (20, 20, 20), 3: (20, 20, 30)})
    nestings = nested((0, (1, 2, 3)))
    assert groups_hidden(figures, nestings) == set()
    withheld = pd.DataFrame({"wave_code": ["w"], "question_code": ["q"], "group_id": [3]})
    assert groups_hidden(figures, nestings, withheld) == {2, 3}


def test_what_is_left_of_a_total_is_a_group_with_the_same_rules():
    """Of 1 and 2 together 3 people gave a 1: a third group is hidden with them."""
    figures = table({0: (43, 60, 76), 1: (1, 20, 26), 2: (2, 20, 20), 3: (20, 10, 20),
                     4: (20, 10, 10)})  # fmt: skip
    nestings = nested((0, (1, 2, 3, 4)))
    assert groups_hidden(figures, nestings) == {1, 2, 4}


def test_people_in_no_group_are_a_group():
    """Everybody is in 1, 2 or nowhere; the 3 who are nowhere are not seen, nor beside 1."""
    figures = table({0: (41, 42), 1: (20, 20), 2: (20, 20)})
    assert groups_hidden(figures, nested((0, (1, 2)))) == {1, 2}


@pytest.mark.parametrize("seed", range(40))
def test_no_hidden_group_can_be_worked_out_of_random_tables(seed):
    """Rows and columns of a cross and their total: every answer of a hidden group is unsure.

    The reader is a linear programme on the answers that are known exactly, independent of how
    groups were hidden: a hidden table cell lies between bounds at least 3 people apart.
    """
    from scipy.optimize import linprog

    random = np.random.default_rng(seed)
    rows, columns, answers = 3, 3, 3
    cells = random.poisson(random.uniform(3, 25), (rows, columns, answers))
    groups = {0: cells.sum((0, 1))}
    groups |= {1 + r: cells[r].sum(0) for r in range(rows)}
    groups |= {11 + c: cells[:, c].sum(0) for c in range(columns)}
    names = {(r, c): 100 + 10 * r + c for r, c in itertools.product(range(rows), range(columns))}
    groups |= {names[r, c]: cells[r, c] for r, c in names}
    figures = table({g: tuple(int(n) for n in counts) for g, counts in groups.items()})
    nestings = nested(
        (0, range(1, 1 + rows)), (0, range(11, 11 + columns)), (0, names.values()),
        *((1 + r, [names[r, c] for c in range(columns)]) for r in range(rows)),
        *((11 + c, [names[r, c] for r in range(rows)]) for c in range(columns)),
    )  # fmt: skip
    hidden = groups_hidden(figures, nestings)
    assert attacked(figures, nestings, hidden) == 0
    primary = set(figures.dropna(subset=["primary_reason"])["group_id"])
    # Unknown: the answers of every place of the cross; known: those of every group that is shown.
    places = list(names)
    for answer in range(answers):
        known, right = [], []
        for group in set(groups) - hidden:
            inside = [group in (0, 1 + r, 11 + c, names[r, c]) for r, c in places]
            known.append(np.array(inside, float))
            right.append(float(groups[group][answer]))
        for group in primary:
            if not 0 < groups[group][answer] < 5:
                continue
            goal = np.array([group in (0, 1 + r, 11 + c, names[r, c]) for r, c in places], float)
            ends = [
                sign * linprog(sign * goal, A_eq=known or None, b_eq=right or None,
                               bounds=(0, 10_000)).fun
                for sign in (1, -1)
            ]  # fmt: skip
            assert ends[1] - ends[0] >= 3 - 1e-6, (group, answer, ends)
