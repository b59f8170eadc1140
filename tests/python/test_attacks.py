"""A reader who solves for whole numbers: what is left of totals, means beside shares, small counts.

Every attack is shown to work where its rule is off.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peil.disclosure import Rules, protect, withheld_counts
from peil.disclosure.counts import rooms
from scipy.optimize import LinearConstraint, milp

MIN_CELL = 5
KINDS = ("range", "option", "net", "mean")


def rules(share=0.0005, mean=0.005, small_share=0.005, small_mean=0.05):
    """Rules with these half digits."""
    whole = {"range": share, "option": share, "net": share, "mean": mean}
    small = {"range": small_share, "option": small_share, "net": small_share, "mean": small_mean}
    return Rules(
        MIN_CELL, {**whole, **{f"{kind}_small_base": half for kind, half in small.items()}}, 50
    )


def divided(sizes, kind="option", min_base=50):
    """One measure of everybody and of groups that do not hold everybody: n and yes per place."""
    rows = []
    for place, (n, yes) in sizes.items():
        small = n < min_base
        rows.append((len(rows), "w", "q", 1, kind, place, n, yes, min_base, "small_base" if small
                     else None, 1, 5))  # fmt: skip
    figures = pd.DataFrame(
        rows,
        columns=["figure_id", "wave_code", "question_code", "measure_id", "kind", "group_id",
                 "n_answers", "n_positive", "min_base_n", "primary_reason", "value_from",
                 "value_to"],
    )  # fmt: skip
    nestings = pd.DataFrame(
        [("w", "total", group, "groups") for group in sizes if group != "total"],
        columns=["wave_code", "parent_group", "child_group", "family"],
    ).assign(rest_is_group=False)
    none = pd.DataFrame(columns=["complement_id", "measure_id", "sign"])
    return figures, nestings, none


def withheld_places(sizes, **options):
    given_rules = options.pop("given_rules", rules())
    tables = divided(sizes, **options)
    found = protect(*tables, given_rules).merge(tables[0], on="figure_id")
    return set(found["group_id"])


# 25 say 'other' and 10 do not say: together 35, whose share follows from whole numbers of the rest.
REST = {"total": (400, 199), "m": (170, 80), "v": (195, 102), "other": (25, 12)}


def test_what_is_left_of_a_total_has_the_least_base_of_any_figure():
    assert withheld_places(REST) == {"other", "m"}
    assert withheld_places(REST, min_base=20) == set()


def test_rounding_that_blurs_the_rest_protects_it():
    """Ten times as many people: the sums are known to ± 4 only, nothing is read of 35 people."""
    many = {"total": (4000, 2000), "m": (1900, 900), "v": (2065, 1082), "other": (25, 12)}
    assert withheld_places(many) == {"other"}
    exact = rules(share=1e-9, small_share=1e-9)
    assert withheld_places(many, given_rules=exact) == {"other", "m"}


def test_people_who_did_not_say_are_no_group_but_few_of_them_are_not_told_apart():
    """Three did not say: their answers follow from the total unless a group goes, and then both.

    Twenty, half and half, may be told apart.
    """
    few = {"total": (303, 150), "m": (150, 74), "v": (150, 75)}
    assert withheld_places(few) == {"m", "v"}
    many = {"total": (320, 160), "m": (150, 75), "v": (150, 75)}
    assert withheld_places(many) == set()


def test_a_mean_that_leaves_a_withheld_share_no_room_is_withheld_with_it():
    """12 staff: two gave a 1, ten a 5. The mean 4.3 tells that two people disagree."""
    figures = pd.DataFrame(
        [(1, "w", "q", 1, "mean", "g", 12, 12, 10, None, None, None),
         (2, "w", "q", 2, "range", "g", 12, 2, 10, "small_cell", 1, 2)],
        columns=["figure_id", "wave_code", "question_code", "measure_id", "kind", "group_id",
                 "n_answers", "n_positive", "min_base_n", "primary_reason", "value_from",
                 "value_to"],
    )  # fmt: skip
    columns = ["wave_code", "parent_group", "child_group", "family", "rest_is_group"]
    nestings = pd.DataFrame(columns=columns)
    none = pd.DataFrame(columns=["complement_id", "measure_id", "sign"])
    answers = pd.DataFrame(
        {"wave_code": "w", "question_code": "q", "group_id": "g",
         "value_number": [1.0, 2.0, 3.0, 4.0, 5.0], "n": [2, 0, 0, 0, 10]}
    )  # fmt: skip
    found = protect(figures, nestings, none, rules(), answers)
    assert set(found["figure_id"]) == {1, 2}
    assert set(protect(figures, nestings, none, rules())["figure_id"]) == {2}, "without the rule"
    spread = answers.assign(n=[3, 1, 3, 3, 2])
    found = protect(figures.assign(n_positive=[12, 4]), nestings, none, rules(), spread)
    assert set(found["figure_id"]) == {2}, "many tables have this mean"


def response(matrix):
    """A table of sources by steps with their totals."""
    rows = [
        (f"source {p}", f"item {i}", n) for p, line in enumerate(matrix) for i, n in enumerate(line)
    ]
    rows += [(f"source {p}", "total", sum(line)) for p, line in enumerate(matrix)]
    rows += [
        ("total", f"item {i}", sum(column)) for i, column in enumerate(zip(*matrix, strict=True))
    ]
    rows.append(("total", "total", sum(map(sum, matrix))))
    table = pd.DataFrame(rows, columns=["place", "item", "n"])
    return table.assign(table_code="t", survey_code="s", wave_code="w")


@settings(max_examples=40)
@given(
    st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 4, 6, 30, 400]), min_size=3, max_size=3),
        min_size=1, max_size=3,
    )
)  # fmt: skip
def test_no_small_count_of_a_random_table_can_be_solved(matrix):
    table = response(matrix)
    found = withheld_counts(table, MIN_CELL)
    hidden = set(zip(found["place"], found["item"], strict=True))
    n = table.set_index(["place", "item"])["n"].astype(float)
    assert {cell for cell, people in n.items() if 0 < people < MIN_CELL} <= hidden
    if hidden and len(hidden) < len(n):
        assert min(rooms(n, hidden).values()) >= MIN_CELL - 1e-6


def test_small_counts_alone_are_solved_from_their_totals():
    """The attack itself: with nothing but the small ones withheld, sums give them back."""
    table = response([[3, 40, 100], [60, 50, 90]])
    n = table.set_index(["place", "item"])["n"].astype(float)
    assert rooms(n, {("source 0", "item 0")}) == {("source 0", "item 0"): pytest.approx(0)}
    assert len(withheld_counts(table, MIN_CELL)) >= 4


N_STAFF = 240


def spans(shares, mean, se, halves, values, n, hidden):
    """Least and most people with a hidden answer, by a reader's whole-number programme."""
    half_mean, half_se = halves
    v = np.array(values, dtype=float)
    rows, low, high = [np.ones_like(v), v], [n, n * (mean - half_mean)], [n, n * (mean + half_mean)]
    rows.append((v - mean) ** 2)
    # A part of the sample: the variance divides by the n of all staff.
    squares = [n * n * (N_STAFF - 1) / N_STAFF * max(se + sign * half_se, 0) ** 2
               for sign in (-1, 1)]  # fmt: skip
    low.append(squares[0] - 1e-6)
    high.append(squares[1] + n * half_mean**2 + 1e-6)
    for (first, last), (share, half) in shares.items():
        rows.append(((v >= first) & (v <= last)).astype(float))
        low.append(n * (share - half) - 1e-6)
        high.append(n * (share + half) + 1e-6)
    goal = ((v >= hidden[0]) & (v <= hidden[1])).astype(float)
    ends = []
    for sign in (1, -1):
        solved = milp(
            sign * goal, constraints=LinearConstraint(np.array(rows), low, high),
            integrality=np.ones(len(v)), bounds=(0, n),
        )  # fmt: skip
        if solved.x is None:
            return None
        ends.append(sign * solved.fun)
    return ends


FIGURES = """
    select estimates.*, measures.kind, measures.value_from, measures.value_to,
        scales.value_from as lowest, scales.value_to as highest,
        suppression.rule_code, engine.estimate as exact, engine.se as exact_se,
        engine.n_answers as exact_n
    from shown.marts.estimates as estimates
    inner join codebook.weighting_schemes as schemes
        on estimates.weighting_scheme = schemes.scheme_code
    inner join estimates.est_measures as measures
        on estimates.survey_code = measures.survey_code
        and estimates.question_code = measures.question_code
        and estimates.statistic = measures.statistic
        and estimates.option_code is not distinct from measures.option_code
    inner join estimates.est_estimates as engine
        on engine.scheme_code = estimates.weighting_scheme
        and engine.wave_code = estimates.wave_code
        and engine.segment_code = estimates.segment_code
        and engine.segment_value = estimates.segment_value
        and engine.measure_id = measures.measure_id
    inner join estimates.est_suppression as suppression using (point_id)
    inner join codebook.questions as questions
        on measures.question_code = questions.question_code
    inner join codebook.scales as scales using (scale_code)
    where estimates.survey_code = 'kcc_staff' and measures.kind in ('mean', 'range')
        and scales.value_to <= 10
"""


@pytest.fixture(scope="module")
def staff(demo):
    import duckdb

    with duckdb.connect(str(demo.warehouse), read_only=True) as connection:
        connection.execute(f"attach '{demo.published_file}' as shown (read_only)")
        yield connection.execute(FIGURES).df()


def solved_shares(staff, *, is_published):
    """Withheld shares beside a mean that a whole-number programme pins to within one person."""
    tried, pinned = 0, 0
    for _, part in staff.groupby(["segment_code", "segment_value", "question_code"]):
        mean = part[part["kind"] == "mean"]
        if mean.empty or mean["exact_n"].iloc[0] > 40:
            continue
        mean = mean.iloc[0]
        primary = part["rule_code"].isin(["small_base", "small_cell", "uniform_answers"])
        hidden = part["is_withheld"] if is_published else primary
        if hidden[mean.name] or not hidden.any():
            continue
        n = int(mean["exact_n"])
        values = range(int(mean["lowest"]), int(mean["highest"]) + 1)
        shown = part[~hidden & (part["kind"] == "range")]
        half = 0.005 if is_published else 1e-9
        shares = {
            (row.value_from, row.value_to): (row.estimate if is_published else row.exact, half)
            for row in shown.itertuples()
        }
        figures = (
            (mean["estimate"], mean["se"]) if is_published else (mean["exact"], mean["exact_se"])
        )
        halves = (0.05, 0.05) if is_published else (1e-9, 1e-4)
        for row in part[hidden & (part["kind"] == "range")].itertuples():
            ends = spans(shares, *figures, halves, values, n, (row.value_from, row.value_to))
            if ends is not None:
                tried += 1
                pinned += ends[1] - ends[0] < 3 - 1e-6
    return tried, pinned


def test_no_withheld_share_of_staff_is_pinned_by_the_mean_beside_it(staff):
    tried, pinned = solved_shares(staff, is_published=True)
    assert tried > 20
    assert pinned == 0


def test_with_all_digits_and_only_the_primary_rule_shares_of_staff_are_pinned(staff):
    tried, pinned = solved_shares(staff, is_published=False)
    assert tried > 20
    assert pinned > 20


def test_the_report_of_the_attacks_is_published_and_recovers_nothing(published):
    report = published.sql(
        "select attack_code, sum(n_tried) as tried, sum(n_recovered) as recovered "
        "from marts.disclosure_attacks group by attack_code"
    ).df()
    assert set(report["attack_code"]) == {"subtraction", "rest", "moments", "counts", "answers"}
    assert (report["tried"] > 0).all()
    assert (report["recovered"] == 0).all()


def test_nothing_published_has_more_digits_than_the_seed_says(published):
    """A figure with more digits gives away whole numbers of people."""
    long = published.sql(
        "select statistic, estimate, se, ci_low, n_answers from marts.estimates "
        "where not is_withheld and (abs(estimate - round(estimate, 3)) > 1e-12 "
        "or abs(se - round(se, 3)) > 1e-12 "
        "or abs(ci_low - round(ci_low, 3)) > 1e-12 "
        "or (n_answers < 50 and abs(estimate - round(estimate, 2)) > 1e-12) "
        "or n_weighted != round(n_weighted, 2 - floor(log10(n_weighted))::int) "
        "or n_effective != round(n_effective, 2 - floor(log10(n_effective))::int))"
    ).fetchall()
    assert long == []


def test_no_table_counts_one_to_four_people(published):
    for mart, columns in {
        "response_overview": ["n_rows"],
        "response_quality": ["n_rows"],
        "item_response": ["n_not_asked", "n_answered", "n_dont_know", "n_refused", "n_skipped",
                          "n_off_route"],
        "weighting_quality": ["n_at_lower", "n_at_upper", "n_large_weights", "n_rejected_weights"],
    }.items():  # fmt: skip
        for column in columns:
            few = published.sql(
                f"select count(*) from marts.{mart} where {column} between 1 and 4"
            ).fetchone()
            assert few == (0,), (mart, column)
