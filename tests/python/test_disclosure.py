"""Nobody can work out a withheld figure: attacks on the demo's published file and on small tables.

The attacker knows every published figure and weighted base, knows that groups add up to totals,
that shares of one answer add up to 1 and that a share lies between 0 and 1, and is given the
bases of withheld groups as well.
"""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peil.disclosure import Rules, protect, recoverable
from scipy.optimize import linprog

MIN_CELL = 5
MIN_BASE = 50
KINDS = ("range", "option", "net", "mean")
# Published so exactly that rounding hides nothing.
RULES = Rules(
    MIN_CELL, {f"{kind}{suffix}": 1e-9 for kind in KINDS for suffix in ("", "_small_base")}, 50
)


def reach(unknown, equations):
    """Lowest and highest value of each unknown that all equations and bounds allow."""
    position = {cell: i for i, cell in enumerate(unknown)}
    upper = np.array(list(unknown.values()), dtype=float)
    matrix = np.zeros((len(equations), len(unknown)))
    right = np.zeros(len(equations))
    for i, (signs, total) in enumerate(equations):
        right[i] = total
        for cell, sign in signs.items():
            matrix[i, position[cell]] = sign
    ranges = {}
    for cell, i in position.items():
        ends = []
        for direction in (1, -1):
            goal = np.zeros(len(unknown))
            goal[i] = direction
            solved = linprog(
                goal, A_eq=matrix, b_eq=right, bounds=list(zip(0 * upper, upper, strict=True))
            )
            assert solved.status == 0, solved.message
            ends.append(direction * solved.fun)
        ranges[cell] = (ends[0], ends[1])
    return ranges


def split_equations(equations, values, hidden):
    """Move what is published to the right-hand side; drop equations without unknowns."""
    split = []
    for signs, total in equations:
        left = {c: s for c, s in signs.items() if c in hidden}
        if left:
            known = sum(s * values[c] for c, s in signs.items() if c not in hidden)
            split.append((left, total - known))
    return split


def published_questions(published, warehouse):
    """Per question the published weighted sums, the hidden cells and the equations of the demo."""
    rows = published.sql(
        "select estimates.*, scale_code from marts.estimates inner join marts.dim_questions "
        "using (survey_code, question_code) where is_default_scheme and statistic != 'net'"
    ).df()
    bases = warehouse.execute(
        "select measures.question_code, measures.statistic, measures.option_code, "
        "points.segment_code, points.segment_value, points.sum_w, points.n_answers as n, "
        "points.estimate as true_estimate, suppression.rule_code "
        "from estimates.est_points as points "
        "inner join estimates.est_suppression as suppression using (point_id) "
        "inner join estimates.est_measures as measures using (measure_id, survey_code) "
        "inner join codebook.weighting_schemes as schemes using (scheme_code, survey_code) "
        "where schemes.is_default"
    ).df()
    rows = rows.merge(
        bases,
        on=["question_code", "statistic", "option_code", "segment_code", "segment_value"],
        how="left",
        validate="one_to_one",
    )
    participation = dict(
        published.sql(
            "select municipality_code, group_code from marts.dim_municipalities"
        ).fetchall()
    )
    assert set(rows["survey_code"]) == {"omnichannel", "kcc_staff"}
    for question, part in rows.groupby("question_code"):
        yield question, part, participation


def equations_of(part, participation):
    """What anybody knows: groups add up to the total, municipalities to their participation."""
    cell = {
        (r.segment_code, r.segment_value, r.statistic, r.option_code): i
        for i, r in enumerate(part.itertuples())
    }
    n_of = {i: r.n for i, r in enumerate(part.itertuples())}
    rest = {}
    equations = []
    measures = part[["statistic", "option_code"]].drop_duplicates().itertuples(index=False)
    for statistic, option in measures:
        here = {k[:2]: i for k, i in cell.items() if k[2:] == (statistic, option)}
        families = [
            (("total", "total"), [k for k in here if k[0] == s])
            for s in ("participation", "gender", "age_group", "source", "municipality")
        ]
        families += [(("participation", group), [k for k in here if k[0] == "municipality"
                                                 and participation[k[1]] == group])
                     for group in set(participation.values())]  # fmt: skip
        for parent, children in families:
            if not children:
                continue  # staff are not divided by gender, age or source
            signs = {here[parent]: -1, **{here[c]: 1 for c in children}}
            left = n_of[here[parent]] - sum(n_of[here[c]] for c in children)
            if left:
                name = ("rest", parent, children[0][0], statistic, option)
                rest[name] = left
                signs[name] = 1
            equations.append((signs, 0.0))
    return cell, rest, equations


def test_no_withheld_figure_of_the_published_file_can_be_solved(published, warehouse):
    attacked = 0
    for _, part, participation in published_questions(published, warehouse):
        part = part.reset_index(drop=True)
        cell, rest, equations = equations_of(part, participation)
        values = {i: r.estimate * r.sum_w for i, r in enumerate(part.itertuples())}
        bases = {i: r.sum_w for i, r in enumerate(part.itertuples())}
        hidden = set(part.index[part["is_withheld"]]) | set(rest)
        if part["scale_code"].iloc[0] == "single":
            for place in {k[:2] for k in cell}:
                options = [i for k, i in cell.items() if k[:2] == place]
                equations.append((dict.fromkeys(options, 1), bases[options[0]]))
        for low, high in [("share_insufficient", "share_sufficient")]:
            for place in {k[:2] for k in cell}:
                pair = [cell.get((*place, s, None)) for s in (low, high)]
                if None not in pair:
                    equations.append((dict.fromkeys(pair, 1), bases[pair[0]]))
        known = split_equations(equations, values, hidden)
        figures = [c for c in hidden if c not in rest]
        attacked += len(figures)
        solved = recoverable(list(hidden), [signs for signs, _ in known])
        names = part.loc[sorted(solved & set(figures)), ["question_code", "segment_value"]]
        assert names.empty, names
    assert attacked > 1000


def test_the_attack_itself_works(published, warehouse):
    """With only the primary rule the same attack recovers figures, and their true values."""
    recovered = 0
    for _, part, participation in published_questions(published, warehouse):
        part = part.reset_index(drop=True)
        _, rest, equations = equations_of(part, participation)
        primary = part["rule_code"].isin(["small_base", "small_cell", "uniform_answers"])
        hidden = set(part.index[primary]) | set(rest)
        values = {
            i: r.true_estimate * r.sum_w for i, r in enumerate(part.itertuples()) if i not in hidden
        }
        known = split_equations(equations, values, hidden)
        for cell in recoverable(list(hidden), [signs for signs, _ in known]) - set(rest):
            position = {c: i for i, c in enumerate(hidden)}
            matrix = np.zeros((len(known), len(hidden)))
            for i, (signs, _) in enumerate(known):
                for c, sign in signs.items():
                    matrix[i, position[c]] = sign
            answer = np.linalg.lstsq(matrix, [total for _, total in known], rcond=None)[0]
            truth = part.loc[cell, "true_estimate"] * part.loc[cell, "sum_w"]
            assert answer[position[cell]] == pytest.approx(truth, rel=1e-6, abs=1e-6)
            recovered += 1
    assert recovered > 0


def test_a_withheld_row_shows_nothing_but_its_reason(published):
    shown = published.sql(
        "select * exclude (significantly_higher_than) from marts.estimates where is_withheld and ("
        "coalesce(estimate, n_answers, n_weighted, n_effective, se, ci_low, ci_high, deff, df, "
        "se_clustered, ci_low_clustered, ci_high_clustered, df_clustered, deff_weights) is not null"
        " or withheld_label_nl is null or withheld_label_en is null)"
    ).fetchall()
    assert shown == []


@pytest.mark.parametrize(
    ("table", "figure"), [("estimates", "statistic, option_code"), ("distributions", "answer_code")]
)
def test_every_group_has_the_same_rows(published, table, figure):
    """A row that is not there would tell that nobody gave the answer, or any answer at all."""
    rows = "select survey_code, wave_code, weighting_scheme, {} from marts.{} where {}"
    where = "true" if table == "estimates" else "statistic = 'share'"
    group = "segment_code, segment_value, second_segment_value"
    (found,) = published.execute(
        f"with rows as ({rows.format(f'{group}, question_code, {figure}', table, where)}), "
        f"groups as (select distinct * exclude (question_code, {figure}) from rows), "
        "figures as (select distinct survey_code, wave_code, weighting_scheme, question_code, "
        f"{figure} from rows) select (select count(*) from groups inner join figures "
        "using (survey_code, wave_code, weighting_scheme)) - (select count(*) from rows)"
    ).fetchone()
    assert found == 0


def test_no_quartile_of_a_withheld_distribution_has_a_row(published):
    """Beside the median of two groups that of a third is not there: it shares a row with others."""
    (n,) = published.execute(
        "select count(*) from marts.distributions where statistic != 'share' and is_withheld"
    ).fetchone()
    assert n == 0


def test_no_comparison_shows_a_difference_with_a_withheld_figure(published):
    keys = "survey_code, weighting_scheme, segment_code"
    leaks = published.sql(
        f"with withheld as (select {keys}, wave_code, segment_value, question_code, statistic, "
        "option_code from marts.estimates where is_withheld) "
        "select count(*) from marts.comparisons as c inner join withheld as w on "
        "c.survey_code = w.survey_code and c.weighting_scheme = w.weighting_scheme "
        "and ((c.wave_code = w.wave_code and c.segment_code = w.segment_code "
        "and c.segment_value_a = w.segment_value and c.question_code = w.question_code "
        "and c.statistic = w.statistic and c.option_code is not distinct from w.option_code) "
        "or (c.compared_wave_code = w.wave_code and c.segment_code = w.segment_code "
        "and c.segment_value_b = w.segment_value and c.compared_question_code = w.question_code "
        "and c.compared_statistic = w.statistic "
        "and c.compared_option_code is not distinct from w.option_code)) "
        "where coalesce(c.difference, c.se, c.p_value, c.ci_low, c.p_adjusted) is not null"
    ).fetchone()
    assert leaks == (0,)


def small_table(counts):
    """A table of groups × answers (one answer each) with a total, as `protect` wants it."""
    groups, options = counts.shape
    places = {"total": counts.sum(axis=0), **{f"g{i}": counts[i] for i in range(groups)}}
    rows = []
    for place, row in places.items():
        for option in range(options):
            n, yes = int(row.sum()), int(row[option])
            if not n:
                continue
            small = n < MIN_BASE or 0 < min(yes, n - yes) < MIN_CELL
            rows.append(
                (len(rows), "w", "q", option, "option", place, n, yes, MIN_BASE,
                 "small" if small else None)
            )  # fmt: skip
    figures = pd.DataFrame(
        rows,
        columns=["figure_id", "wave_code", "question_code", "measure_id", "kind", "group_id",
                 "n_answers", "n_positive", "min_base_n", "primary_reason"],
    )  # fmt: skip
    nestings = pd.DataFrame(
        [("w", "total", f"g{i}", "groups") for i in range(groups)],
        columns=["wave_code", "parent_group", "child_group", "family"],
    ).assign(rest_is_group=False)
    complements = pd.DataFrame(
        [("one", option, 1) for option in range(options)],
        columns=["complement_id", "measure_id", "sign"],
    )
    return figures.assign(value_from=None, value_to=None), nestings, complements


@settings(max_examples=120)
@given(
    st.integers(2, 5).flatmap(
        lambda groups: st.lists(
            st.lists(st.integers(0, 70), min_size=3, max_size=3),
            min_size=groups, max_size=groups,
        )
    )
)  # fmt: skip
def test_no_withheld_cell_of_a_random_table_can_be_solved(table):
    counts = np.array(table)
    figures, nestings, complements = small_table(counts)
    withheld = set(protect(figures, nestings, complements, RULES)["figure_id"])
    cells = {(r.group_id, r.measure_id): r for r in figures.itertuples()}
    hidden = {k: r.n_answers for k, r in cells.items() if r.figure_id in withheld}
    if not hidden:
        return
    groups = sorted({k[0] for k in cells} - {"total"})
    equations = [
        ({("total", m): -1, **{(g, m): 1 for g in groups}}, 0.0) for m in range(counts.shape[1])
    ]
    equations += [
        ({(place, m): 1 for m in range(counts.shape[1])}, float(cells[place, 0].n_answers))
        for place in {k[0] for k in cells}
    ]
    values = {k: r.n_positive for k, r in cells.items()}
    for (place, measure), (low, high) in reach(
        hidden, split_equations(equations, values, set(hidden))
    ).items():
        assert high - low > 0.5, (place, measure, low, high)
        assert low - 1e-6 <= values[place, measure] <= high + 1e-6


def test_a_single_small_group_takes_the_next_smallest_with_it():
    """Groups of 20, 60 and 200: the group of 20 is the total minus the others, unless 60 goes."""
    figures, nestings, complements = small_table(np.array([[8, 6, 6], [20, 20, 20], [70, 65, 65]]))
    withheld = protect(figures, nestings, complements, RULES).merge(figures, on="figure_id")
    reasons = withheld.set_index(["group_id", "measure_id"])["withheld_reason"].to_dict()
    assert reasons == {
        **{("g0", m): "small" for m in range(3)},
        **{("g1", m): "complementary" for m in range(3)},
    }


def test_nothing_is_withheld_where_nothing_is_small():
    figures, nestings, complements = small_table(np.array([[30, 30, 30], [40, 20, 25]]))
    assert protect(figures, nestings, complements, RULES).empty


def test_recoverable_sees_a_combination_of_equations():
    """a + b, b + c and a + c known: each of them follows, though no equation has one unknown."""
    equations = [dict.fromkeys(pair, 1.0) for pair in itertools.combinations("abc", 2)]
    assert recoverable(list("abc"), equations) == set("abc")
    assert recoverable(list("abc"), equations[:2]) == set()


def test_small_levels_of_the_weighting_margins_cannot_be_solved(published, warehouse):
    """No count below 5 is shown, none is the only unknown of its margin, and no share tells it."""
    rows = published.sql("select * from marts.weighting_margins_reached").df()
    shown = rows[~rows["is_withheld"]]
    assert (shown["n_respondents"] >= MIN_CELL).all()
    hidden = rows[rows["is_withheld"]]
    assert len(hidden) > 10
    assert hidden[["n_respondents", "unweighted_share"]].isna().all().all()
    unknown = hidden[hidden["is_unknown_in_population"]]
    assert unknown[["target_share", "weighted_share"]].isna().all().all()
    margin = ["wave_code", "weighting_scheme", "group_value", "attribute_code"]
    per_margin = hidden.groupby(margin).size()
    assert (per_margin > 1).all()
    truth = warehouse.execute(
        "select wave_code, scheme_code as weighting_scheme, group_value, attribute_code, "
        "level_code, n_respondents as n from weighted.wgt_weighting_levels"
    ).df()
    together = hidden.merge(truth, on=[*margin, "level_code"]).groupby(margin)["n"]
    assert (together.sum() - together.max() >= 1).all()
    assert (together.sum() >= MIN_CELL).all()


def test_merged_levels_are_counted_in_fives_only(published):
    counts = published.sql(
        "select distinct n_respondents_rounded from marts.weighting_merges"
    ).fetchall()
    assert counts
    assert all(n % 5 == 0 for (n,) in counts)
