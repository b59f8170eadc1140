"""Each rule of suppression on the smallest table that needs it, at the edge of the rule."""

import numpy as np
import pandas as pd
import pytest
from peil.disclosure import Rules, moments, protect, recoverable, rules_of, withheld_counts
from peil.disclosure.attack import attack_counts, attack_figures
from peil.disclosure.moments import Answers, room
from peil.disclosure.rules import QUANTITIES

KINDS = [kind + suffix for kind in QUANTITIES for suffix in ("", "_small_base")]
# Figures of so many digits blur nothing; those of whole numbers blur everything.
EXACT = Rules(5, dict.fromkeys(KINDS, 5e-13), 0)
COARSE = Rules(5, dict.fromkeys(KINDS, 0.5), 0)


def table(groups, *, kind="mean", min_base=1):
    """Figures of one measure; per group its base, who gave the answer, and why it is withheld."""
    figures = pd.DataFrame(
        [
            (i, "w", "q", 1, kind, None, None, group, n, positive, min_base, reason)
            for i, (group, (n, positive, reason)) in enumerate(groups.items())
        ],
        columns=["figure_id", "wave_code", "question_code", "measure_id", "kind", "value_from",
                 "value_to", "group_id", "n_answers", "n_positive", "min_base_n",
                 "primary_reason"],
    )  # fmt: skip
    return figures.assign(survey_code="s")


def nested(**families):
    rows = [
        ("w", parent, child, "f") for parent, children in families.items() for child in children
    ]
    columns = ["wave_code", "parent_group", "child_group", "family"]
    return pd.DataFrame(rows, columns=columns).assign(rest_is_group=False)


NO_COMPLEMENTS = pd.DataFrame(columns=["complement_id", "measure_id", "sign"])


def withheld(figures, nestings, rules=EXACT, answers=None):
    """The groups whose figure is withheld."""
    found = protect(figures, nestings, NO_COMPLEMENTS, rules, answers)
    return set(figures.set_index("figure_id").loc[found["figure_id"], "group_id"])


@pytest.mark.parametrize(("rest", "also"), [(5, set()), (4, {"b"})])
def test_five_people_must_stand_beside_a_withheld_figure(rest, also):
    """a is withheld beside people in no group: 5 of them hide it, 4 do not."""
    n = 10 + 50 + 60 + rest
    figures = table(
        {"total": (n, n, None), "a": (10, 10, "small_base"), "b": (50, 50, None),
         "c": (60, 60, None)}
    )  # fmt: skip
    assert withheld(figures, nested(total="abc")) == {"a", *also}


@pytest.mark.parametrize(
    ("positive", "rest_is_group", "also"),
    [(0, False, set()), (0, True, {"users"}), (10, True, {"users"}), (5, True, set())],
)
def test_ten_who_did_not_give_an_answer_are_not_told_to_be_alike(positive, rest_is_group, also):
    """Of who uses something and of everybody a share is shown: what is left is of who does not."""
    figures = table(
        {"total": (710, 300 + positive, None), "users": (700, 300, None)},
        kind="option", min_base=50,
    )  # fmt: skip
    nestings = nested(total=["users"]).assign(rest_is_group=rest_is_group)
    assert withheld(figures, nestings) == also


@pytest.mark.parametrize(
    "complements",
    [
        [("one answer", 1, 1.0)],
        # A range of all options, and one of none.
        [("one answer", 1, 1.0), ("options", 1, 1.0), ("options", 2, -1.0)],
        [("options", 1, 0.0), ("options", 2, -1.0)],
    ],
)
def test_what_the_codebook_alone_tells_stops_nothing(complements):
    """Of a question with one option the share is 1, in whatever group it is withheld."""
    one = table({"total": (90, 90, None), "a": (30, 30, "small_cell"), "b": (60, 60, None)},
                kind="option")  # fmt: skip
    two = one.assign(measure_id=2, kind="range", figure_id=one["figure_id"] + 9,
                     primary_reason="small_cell")  # fmt: skip
    figures = pd.concat([one, two])
    sums = pd.DataFrame(complements, columns=["complement_id", "measure_id", "sign"])
    found = protect(figures, nested(total="ab"), sums, EXACT)
    assert set(two["figure_id"]) <= set(found["figure_id"])
    reasons = found.set_index("figure_id")["withheld_reason"]
    figures["primary_reason"] = figures["figure_id"].map(reasons)
    attacked = attack_figures(figures, nested(total="ab"), sums, EXACT, None)
    assert attacked["n_recovered"].sum() == 0


@pytest.mark.parametrize(("positive", "also"), [(3, set()), (2, {"c"})])
def test_five_who_gave_the_answer_must_stand_behind_withheld_shares(positive, also):
    """Of a and b together 2 + 3 people gave the answer, or 2 + 2."""
    figures = table(
        {"total": (160, 44 + positive, None), "a": (20, 2, "small_cell"),
         "b": (20, positive, "small_cell"), "c": (55, 20, None), "d": (65, 22, None)},
        kind="option",
    )  # fmt: skip
    assert withheld(figures, nested(total="abcd")) == {"a", "b", *also}


@pytest.mark.parametrize(("min_base", "also"), [(40, set()), (41, {"c"})])
def test_withheld_groups_together_are_a_group_with_the_least_base(min_base, also):
    figures = table(
        {"total": (160, 160, None), "a": (30, 30, "small_base"), "b": (10, 10, "small_base"),
         "c": (55, 55, None), "d": (65, 65, None)},
        min_base=min_base,
    )  # fmt: skip
    assert withheld(figures, nested(total="abcd")) == {"a", "b", *also}


@pytest.mark.parametrize(("rest", "also"), [(5, set()), (4, {"a", "b"})])
def test_few_people_of_no_group_cannot_be_told_apart(rest, also):
    """The total minus all groups is a figure of 4 people: a goes, and b beside whom a would be."""
    figures = table(
        {"total": (110 + rest,) * 2 + (None,), "a": (50, 50, None), "b": (60, 60, None)}
    )
    assert withheld(figures, nested(total="ab")) == also
    assert withheld(figures, nested(total="ab"), COARSE) == set()


def test_combinations_of_equations_are_solved_and_one_of_them_is_broken():
    """a + b, b + c and a + c are published: no sum has one unknown, together they give each."""
    groups = dict.fromkeys("abc", (20, 20, "small_base"))
    pairs = {"ab": (40, 40, None), "bc": (40, 40, None), "ac": (40, 40, None)}
    nestings = nested(ab="ab", bc="bc", ac="ac")
    found = withheld(table({**groups, **pairs}), nestings)
    assert found > set("abc")
    left = [{pair: -1.0, pair[0]: 1.0, pair[1]: 1.0} for pair in pairs]
    assert not recoverable(sorted(found), left) & set("abc")


def test_the_total_stays_as_long_as_a_group_can_go():
    figures = table({"total": (90, 90, None), "a": (20, 20, "small_base"), "b": (70, 70, None)})
    assert withheld(figures, nested(total="ab")) == {"a", "b"}


def answers_of(counts):
    return pd.DataFrame(
        {"wave_code": "w", "question_code": "q", "group_id": "g",
         "value_number": range(1, len(counts) + 1), "n": counts}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "half", "measures"),
    [
        # Number, sum and squares are three equations for three counts.
        ([3, 4, 5], 5e-13, {1, 2}),
        ([3, 4, 5], 0.5, {2}),
        # The count is 4, 5 or 6: whoever says 5 is within one person of it.
        ([6, 0, 6], 0.1, {1, 2}),
        # 0 to 6.
        ([2, 30, 8], 0.05, {2}),
    ],
)
def test_a_mean_that_tells_a_withheld_count_is_withheld(counts, half, measures):
    """The mean of a group beside the withheld share of its answers of 1."""
    n = sum(counts)
    mean = table({"g": (n, n, None)})
    share = table({"g": (n, counts[0], "small_cell")}, kind="range").assign(
        figure_id=1, measure_id=2, value_from=1.0, value_to=1.0
    )
    figures = pd.concat([mean, share], ignore_index=True)
    rules = Rules(5, dict.fromkeys(KINDS, half), 0)
    found = protect(figures, nested(), NO_COMPLEMENTS, rules, answers_of(counts))
    assert set(found["figure_id"] + 1) == measures


def promoters_and_detractors(n, plus, minus):
    """A net with both of its ranges, of one group, and the sum between them."""
    parts = [("range", plus, 9), ("range", minus, 0), ("net", plus + minus, 9)]
    figures = [
        table({"g": (n, given, "small_cell" if kind == "range" and given < 5 else None)}, kind=kind)
        .assign(figure_id=i, measure_id=i, value_from=float(low))
        for i, (kind, given, low) in enumerate(parts)
    ]  # fmt: skip
    sums = pd.DataFrame({"complement_id": "net", "measure_id": [0, 1, 2], "sign": [1, -1, -1]})
    return pd.concat(figures, ignore_index=True), sums


def test_a_net_is_withheld_with_its_range_and_the_other_range_stays():
    figures, sums = promoters_and_detractors(60, 20, 3)
    assert set(protect(figures, nested(), sums, EXACT)["figure_id"]) == {1, 2}
    rows = attack_figures(figures, nested(), sums, EXACT, answers_of([3]).iloc[:0])
    recovered = dict(zip(rows["attack_code"], rows["n_recovered"], strict=True))
    assert recovered["moments"] == 1, "without the rule the attack succeeds"
    figures, sums = promoters_and_detractors(60, 20, 5)
    assert protect(figures, nested(), sums, EXACT).empty


def test_a_net_and_its_error_are_those_of_one_pair_of_ranges():
    """Why: of all pairs of 60 people that have this net in three digits one has its error."""
    n = 60

    def published(plus, minus):
        net = (plus - minus) / n
        error = np.sqrt(((plus + minus) / n - net**2) / (n - 1))
        return round(net, 3), round(error, 3)

    alike = [
        (plus, minus) for plus in range(n + 1) for minus in range(n + 1 - plus)
        if published(plus, minus) == published(20, 3)
    ]  # fmt: skip
    assert alike == [(20, 3)]


@pytest.mark.parametrize(("half", "measures"), [(0.005, {0, 2, 4, 5}), (0.5, {0, 2, 4})])
def test_a_mean_that_tells_withheld_labelled_answers_is_withheld(half, measures):
    """Three of five labels are withheld: mean and error leave their counts as good as no room."""
    counts = [3, 20, 4, 30, 3]
    n = sum(counts)
    shares = [
        table({"g": (n, count, "small_cell" if count < 5 else None)}, kind="option").assign(
            measure_id=i, value_from=float(i + 1), value_to=float(i + 1)
        )
        for i, count in enumerate(counts)
    ]
    mean = table({"g": (n, n, None)}).assign(measure_id=5)
    figures = pd.concat([*shares, mean], ignore_index=True)
    figures["figure_id"] = figures["measure_id"]
    rules = Rules(5, dict.fromkeys(KINDS, half), 0)
    found = protect(figures, nested(), NO_COMPLEMENTS, rules, answers_of(counts))
    assert set(found["figure_id"]) == measures


def test_what_is_withheld_is_withheld_the_other_way_around_and_protected_there():
    """Of two questions by each other: 0 is withheld, 3 is its mirror, and then 4 beside that."""
    groups = {"a": (60, 3, "small_cell"), "b": (60, 30, None), "total": (120, 33, None)}
    one = table(groups, kind="option").assign(question_code="one")
    shown = {group: (n, given, None) for group, (n, given, _) in groups.items()}
    other = table(shown, kind="option").assign(question_code="two", measure_id=2)
    figures = pd.concat([one, other], ignore_index=True)
    figures["figure_id"] = range(6)
    mirrors = pd.DataFrame({"figure_id": [0, 3], "mirror_id": [3, 0]})
    found = protect(figures, nested(total="ab"), NO_COMPLEMENTS, EXACT, mirrors=mirrors)
    assert set(found["figure_id"]) == {0, 1, 3, 4}
    alone = protect(figures, nested(total="ab"), NO_COMPLEMENTS, EXACT)
    assert set(alone["figure_id"]) == {0, 1}
    reasons = figures["figure_id"].map(alone.set_index("figure_id")["withheld_reason"])
    rows = attack_figures(
        figures.assign(primary_reason=reasons), nested(total="ab"), NO_COMPLEMENTS, EXACT,
        answers_of([3]).iloc[:0], mirrors,
    )  # fmt: skip
    assert rows["n_recovered"].max() == 1, "without the rule the attack succeeds"


def test_a_score_of_items_without_a_mean_goes_with_any_share_of_them():
    """Means follow from shares of labels: that of the score beside them tells what is withheld."""
    item = pd.concat(
        [table({"g": (60, 30, None)}, kind="option"),
         table({"g": (60, 3, "small_cell")}, kind="option").assign(figure_id=1, measure_id=2)]
    ).assign(question_code="item")  # fmt: skip
    score = table({"g": (60, 60, None)}).assign(figure_id=2, measure_id=3, question_code="score")
    figures = pd.concat([item, score], ignore_index=True)
    made = pd.DataFrame({"question_code": ["score"], "item_question_code": ["item"]})
    found = protect(figures, nested(), NO_COMPLEMENTS, EXACT, composites=made)
    assert set(found["figure_id"]) == {1, 2}


@pytest.mark.parametrize(
    ("counts", "half"),
    [([3, 4, 5], 5e-13), ([6, 0, 6], 0.1), ([2, 30, 8], 0.05), ([6, 5, 4], 0.1), ([7, 2, 6], 0.2)],
)
def test_the_range_of_a_count_is_that_of_every_table_that_rounds_alike(counts, half):
    """Every table of as many people is tried, with the error of a sample and of a part of one."""
    v, n = np.arange(1.0, 4), sum(counts)

    def published(c, divisor):
        mean = c @ v / n
        return mean, np.sqrt(max(c @ v**2 / n - mean**2, 0) / divisor)

    def is_within(figure, truth, most):
        digit = round(truth / (2 * half)) * 2 * half
        return abs(figure - digit) <= half + 1e-9 and abs(figure - truth) <= most + 1e-9

    ranges = []
    for divisor in (n - 1, n):
        truth = published(np.array(counts), divisor)
        alike = [
            a for a in range(n + 1) for b in range(n + 1 - a)
            for mean, error in [published(np.array([a, b, n - a - b]), divisor)]
            if is_within(mean, truth[0], half) and is_within(error, truth[1], half / 2)
        ]  # fmt: skip
        ranges.append((min(alike), max(alike)))
    alike = min(ranges, key=lambda ends: ends[1] - ends[0])
    found = room(
        Answers(v, np.array(counts, dtype=float), half, half / 2, np.empty((0, 3))),
        np.array([1.0, 0.0, 0.0]),
    )
    assert found == pytest.approx((min(alike), max(alike)))


def test_tables_made_one_by_one_leave_the_room_of_the_whole_number_programme(monkeypatch):
    """On answers of any number, some of whose shares are published as well."""
    draw = np.random.default_rng(1)
    cases = []
    for n_values in (2, 3, 5, 6, 10) * 4:
        values = np.sort(draw.choice(np.arange(-2, 11), n_values, replace=False)).astype(float)
        counts = draw.multinomial(draw.integers(1, 30), draw.dirichlet(np.ones(n_values)))
        known = draw.integers(0, 2, (draw.integers(0, 2), n_values))
        half = float(draw.choice([0.005, 0.05]))
        error = half / 2 if draw.random() < 0.8 else None
        hidden = np.zeros(n_values)
        hidden[draw.integers(0, n_values)] = 1
        cases.append((Answers(values, counts.astype(float), half, error, known), hidden))
    found = [room(*case) for case in cases]
    monkeypatch.setattr(moments, "MOST_TABLES", 0)
    assert found == [pytest.approx(room(*case), abs=1e-6) for case in cases]
    assert len(set(found)) > 10, "the cases are too much alike"


def counts_of(**items):
    rows = [("t", "s", "w", "here", item, n) for item, n in items.items()]
    return pd.DataFrame(
        rows, columns=["table_code", "survey_code", "wave_code", "place", "item", "n"]
    )


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"a": 4, "b": 30, "c": 60, "total": 94}, {"a", "b"}),
        ({"a": 5, "b": 30, "c": 60, "total": 95}, set()),
        ({"a": 0, "b": 30, "c": 60, "total": 90}, set()),
        # 1 and 2 sum to 3, which leaves each a room of 3.
        ({"a": 1, "b": 2, "c": 60, "total": 63}, {"a", "b", "c"}),
    ],
)
def test_a_count_of_few_people_has_room_for_five(counts, hidden):
    found = withheld_counts(counts_of(**counts), 5)
    assert set(found["item"]) == hidden


def test_attacks_find_what_is_given_away_and_nothing_of_what_is_protected():
    figures = table({"total": (90, 90, None), "a": (20, 20, "small_base"), "b": (70, 70, None)})
    given = answers_of([3, 4, 5]).iloc[:0]
    nestings = nested(total="ab")

    def recovered(shown, sums):
        rows = attack_figures(shown, sums, NO_COMPLEMENTS, EXACT, given)
        return dict(zip(rows["attack_code"], rows["n_recovered"], strict=True))

    assert recovered(figures, nestings)["subtraction"] == 1
    safe = protect(figures, nestings, NO_COMPLEMENTS, EXACT).set_index("figure_id")
    reasons = figures["figure_id"].map(safe["withheld_reason"])
    assert recovered(figures.assign(primary_reason=reasons), nestings)["subtraction"] == 0

    counts = counts_of(a=4, b=30, c=60, total=94)
    alone = counts.loc[[0], ["table_code", "wave_code", "place", "item"]]
    assert attack_counts(counts, alone, 5)["n_recovered"].tolist() == [1]
    assert attack_counts(counts, withheld_counts(counts, 5), 5)["n_recovered"].tolist() == [0]


def test_half_of_the_last_digit_is_what_rounding_hides():
    declared = pd.DataFrame(
        [(f"{q}{s}", "decimals", 3 - len(s) // 11) for q in QUANTITIES.values()
         for s in ("", "_small_base")],
        columns=["quantity", "method", "digits"],
    ).drop_duplicates()  # fmt: skip
    rules = rules_of(
        pd.Series({"min_cell_n": 5, "small_base_n": 100, "min_new_respondents": 10}), declared
    )
    assert rules.half_digit("mean", 100) == pytest.approx(0.0005)
    assert rules.half_digit("mean", 99) == pytest.approx(0.005)


def ranges(n, people, *, group="a"):
    """Figures of ranges of one question in a group: ends and people per range, in their order."""
    rows = [
        (i, "w", "q", i, "range", *ends, group, n, of, 1, None)
        for i, (ends, of) in enumerate(people.items())
    ]
    columns = ["figure_id", "wave_code", "question_code", "measure_id", "kind", "value_from",
               "value_to", "group_id", "n_answers", "n_positive", "min_base_n",
               "primary_reason"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).assign(survey_code="s")


def bands(people):
    rows = [("w", "q", "a", *ends, n) for ends, n in people.items()]
    columns = ["wave_code", "question_code", "group_id", "value_from", "value_to", "n_answers"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        # 3 of 100 in neither, then 5.
        ({(1, 2): 60, (4, 5): 37}, {(4, 5)}),
        ({(1, 2): 60, (4, 5): 35}, set()),
        # One in the other: 3 gave a 3.
        ({(1, 2): 40, (1, 3): 43}, {(1, 2)}),
        # Three that leave 2 of everybody, of which no two leave few.
        ({(0, 9): 40, (10, 19): 30, (30, 80): 28}, {(10, 19)}),
        ({(0, 9): 40, (10, 19): 30, (30, 80): 25}, set()),
        # Two in a wider one, which leave 4 of it.
        ({(0, 9): 20, (15, 30): 15, (0, 40): 39}, {(0, 9)}),
        # Between two of them lie many: what is left of everybody is not a few.
        ({(0, 9): 40, (10, 19): 20, (20, 29): 37}, {(10, 19)}),
        ({(0, 9): 40, (10, 19): 20, (20, 29): 40}, set()),
    ],
)
def test_ranges_beside_each_other_leave_no_few_people(people, hidden):
    figures = ranges(100, people)
    found = protect(figures, nested(), NO_COMPLEMENTS, EXACT)
    ends = dict(zip(figures["figure_id"], people, strict=True))
    assert {ends[figure] for figure in found["figure_id"]} == hidden
    left = figures.assign(
        primary_reason=figures["figure_id"].map(
            dict(found[["figure_id", "withheld_reason"]].itertuples(index=False))
        )
    )
    answers = pd.DataFrame(columns=["wave_code", "question_code", "group_id", "value_number", "n"])
    for shown, n in ((figures, bool(hidden)), (left, False)):
        attacked = attack_figures(shown, nested(), NO_COMPLEMENTS, EXACT, answers)
        assert bool(attacked["n_recovered"].sum()) is n


@pytest.mark.parametrize(
    ("band", "hidden"), [(((0, 14), 43), True), (((0, 14), 45), False), (((5, 30), 43), False)]
)
def test_the_base_of_a_band_tells_as_much_as_a_range(band, hidden):
    """40 gave 0 to 9, and 43 are in the band 0-14: three gave 10 to 14. A base cannot go."""
    figures = ranges(100, {(0, 9): 40})
    found = protect(figures, nested(), NO_COMPLEMENTS, EXACT, bands=bands(dict([band])))
    assert (len(found) == 1) is hidden
