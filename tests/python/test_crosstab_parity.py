"""A crosstab asked for at once gives the figures of the engine, for every question and segment.

The engine (models/estimates/) goes over sums per cell; a crosstab over groups of respondents. They
must agree to 1e-9: estimate, error, interval, degrees of freedom, bases, differences and tests.
"""

import duckdb
import numpy as np
import pytest
from peil.crosstabs.asked import ask
from peil.crosstabs.association import association
from peil.crosstabs.measured import Measured, measure
from peil.crosstabs.shield import withheld_reasons
from peil.statistics.tabulation import benjamini_hochberg

FIGURES = """
select
    segment_code, segment_value, second_segment_value, question_code, statistic, option_code,
    estimate, se, ci_low, ci_high, df, n_answers, n_effective, withheld_reason
from estimates.est_estimates
inner join estimates.est_suppression using (point_id)
inner join estimates.est_figure_measures using (measure_id, survey_code)
where scheme_code = ? and wave_code = ? and question_code = ?
"""
DIFFERENCES = """
select
    segment_code, segment_value_a, segment_value_b, statistic, option_code, difference, se, df,
    p_value, p_adjusted, comparison_kind
from estimates.est_comparison_tests as tests
inner join estimates.est_figure_measures using (measure_id, survey_code)
where
    scheme_code = ? and wave_code = ? and question_code = ?
    and comparison_kind in ('segments', 'total')
"""
TESTS = """
select
    segment_code,
    if(inference_unit = 'cluster', f_statistic_clustered, f_statistic) as f,
    if(inference_unit = 'cluster', p_value_clustered, p_value) as p
from estimates.est_independence_tests
inner join codebook.weighting_schemes using (scheme_code)
where scheme_code = ? and wave_code = ? and question_code = ?
"""
WITHHELD = """
select segment_code, segment_value, second_segment_value, measure_id
from estimates.est_figures
inner join (
    from estimates.est_withheld_figures union all from estimates.est_withheld_answers
) using (figure_id)
where wave_code = ? and question_code = ?
"""
TOLERANCE = 1e-9


def asked_of(connection: duckdb.DuckDBPyConnection, question: str, wave: str, scheme: str):
    """The question by every segment that the scheme serves and that shares no group name twice."""
    segments = connection.execute(
        "select segment_code from estimates.est_segments "
        "inner join weighted.wgt_scheme_segments using (segment_code) "
        "inner join codebook.weighting_schemes using (scheme_code, survey_code) "
        "where scheme_code = ? and not is_total order by segment_code", [scheme],
    ).fetchall()  # fmt: skip
    codes = [code for (code,) in segments]
    return ask(connection, question, codes, {}, wave, scheme) if codes else None


def check(value: object, expected: object) -> None:
    if expected is None:
        assert np.isnan(float(value)), value  # type: ignore[arg-type]
    else:
        assert value == pytest.approx(expected, rel=TOLERANCE, abs=1e-12)


def column(measured: Measured, segment: str, *level: str | None) -> int:
    levels = tuple(code for code in level if code is not None)
    for g, group in enumerate(measured.groups):
        code = "total" if group.by is None else group.by.segment_code
        if not group.is_context and (code, group.level) == (segment, levels):
            return g
    raise AssertionError(f"no column {segment} {level}")


def row(measured: Measured, statistic: str, option: str | None) -> int:
    (k,) = (
        k for k, m in enumerate(measured.measures)
        if (m["statistic"], m["option_code"]) == (statistic, option)
    )  # fmt: skip
    return k


def rows_equal_the_engine(
    connection: duckdb.DuckDBPyConnection, question: str, wave: str, scheme: str
) -> int:
    """Compare everything of one question; how many figures, differences and tests there were."""
    asked = asked_of(connection, question, wave, scheme)
    if asked is None:
        return 0
    key = [scheme, wave, question]
    figures = connection.execute(FIGURES, key).fetchall()
    if not figures:
        return 0
    measured = measure(connection, asked, "total")
    reasons = withheld_reasons(connection, measured)
    of, checked = measured.figures, 0
    for segment, value, second, _, statistic, option, *expected, withheld in figures:
        g, k = column(measured, segment, value, second), row(measured, statistic, option)
        found = (
            of.estimate[g, k], of.se[g, k], measured.ends[0][g, k], measured.ends[1][g, k],
            measured.df[g, k], of.n[g, k], of.n_effective[g, k],
        )  # fmt: skip
        for number, engine in zip(found, expected, strict=True):
            check(number, engine)
        assert withheld is None or reasons[g, k], "withheld there, so here as well"
        checked += 1
    return (
        checked
        + differences_equal(connection, measured, key)
        + associations_equal(connection, measured, key)
    )


def differences_equal(connection, measured: Measured, key: list[str]) -> int:
    checked = 0
    for segment, a, b, statistic, option, difference, se, df, p, _, kind in connection.execute(
        DIFFERENCES, key
    ).fetchall():
        pairs, found = measured.pairs[segment]
        k = row(measured, statistic, option)
        first = column(measured, segment, a)
        second = 0 if kind == "total" else column(measured, segment, b)
        i, sign = (
            (pairs.index((first, second)), 1)
            if (first, second) in pairs
            else (pairs.index((second, first)), -1)
        )
        check(found.difference[i, k] * sign, difference)
        check(found.se[i, k], se)
        check(found.p_value[i, k], p)
        if se is not None and df >= 1:
            check(found.df[i, k], df)
        checked += 1
    return checked


def associations_equal(connection, measured: Measured, key: list[str]) -> int:
    """Both over the groups of which every answer is published."""
    checked, bys = 0, {by.code: by for by in measured.asked.bys}
    numbers = {m["measure_id"]: k for k, m in enumerate(measured.measures)}
    reasons = np.full(measured.figures.estimate.shape, "", dtype=object)
    for segment, value, second, measure_id in connection.execute(WITHHELD, key[1:]).fetchall():
        if measure_id in numbers and segment in bys:
            reasons[column(measured, segment, value, second), numbers[measure_id]] = "protected"
    for segment, f, p in connection.execute(TESTS, key).fetchall():
        if segment not in bys:
            continue
        test = association(measured, bys[segment], reasons)
        if f is None:
            assert test is None
        else:
            check(test.statistic, f)
            check(test.p_value, p)
        checked += 1
    return checked


def questions(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    return connection.execute(
        "select distinct question_code, wave_code, scheme_code from estimates.est_points "
        "inner join estimates.est_figure_measures using (measure_id, survey_code) order by all"
    ).fetchall()


def defaults(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.sql("select scheme_code from codebook.weighting_schemes where is_default")
    return {scheme for (scheme,) in rows.fetchall()}


def test_every_question_of_the_demo_equals_the_engine(warehouse):
    # One question of every topic and scale, and one of them by every scheme.
    chosen = warehouse.sql(
        "select any_value(question_code order by question_code) from codebook.questions "
        "where is_reported group by survey_code, topic, scale_code"
    ).fetchall()
    wanted, usual = {code for (code,) in chosen}, defaults(warehouse)
    asked = [
        of
        for of in questions(warehouse)
        if of[0] in wanted and (of[2] in usual or of[0] == min(wanted))
    ]
    assert sum(rows_equal_the_engine(warehouse, *of) for of in asked) > 2_000


def test_letters_are_those_of_the_engine_where_the_family_is_the_same(warehouse):
    # The engine's family is a topic: with one question in it, it is that of a crosstab.
    alone = warehouse.sql(
        "select any_value(question_code) from codebook.questions where is_reported "
        "group by survey_code, topic having count(*) = 1"
    ).fetchall()
    checked, usual = 0, defaults(warehouse)
    for (question,) in alone:
        for code, wave, scheme in questions(warehouse):
            if code != question or scheme not in usual:
                continue
            asked = asked_of(warehouse, question, wave, scheme)
            if asked is None:
                continue
            measured = measure(warehouse, asked, "total")
            reasons = withheld_reasons(warehouse, measured)
            rows = warehouse.execute(DIFFERENCES, [scheme, wave, question]).fetchall()
            for segment, (pairs, found) in measured.pairs.items():
                seen = np.array([[not reasons[a, k] and not reasons[b, k]
                                  for k in range(reasons.shape[1])] for a, b in pairs])  # fmt: skip
                adjusted = benjamini_hochberg(np.where(seen, found.p_value, np.nan))
                own = [of for of in rows if of[0] == segment]
                if sum(of[9] is not None for of in own) != np.isfinite(adjusted).sum():
                    continue  # a figure more is withheld here: another family
                for _, a, b, statistic, option, *_, p_adjusted, kind in own:
                    first = column(measured, segment, a)
                    second = 0 if kind == "total" else column(measured, segment, b)
                    pair = (first, second) if (first, second) in pairs else (second, first)
                    check(adjusted[pairs.index(pair), row(measured, statistic, option)], p_adjusted)
                    checked += 1
    assert checked > 100
