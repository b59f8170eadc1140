"""Recommendations stand on rows, and fall when the rows do."""

import shutil

import duckdb
from conftest import places_in
from part_nights import land_and_build
from peil.demo import write_demo
from peil.demo.answers import Better
from peil.settings import PROJECT

SIX = {
    "more_digital", "better_email", "submit_digitally", "clear_status", "right_expectations",
    "react_faster",
}  # fmt: skip


def applying(connection, segment="total"):
    rows = connection.execute(
        "select recommendation_code from marts.recommendations "
        "where segment_code = ? and status = 'applies'",
        [segment],
    ).fetchall()
    return {code for (code,) in rows}


def test_the_six_recommendations_of_the_study_apply_each_on_two_rows_or_more(published):
    assert applying(published) == SIX
    counts = published.execute(
        "select recommendation_code, count(*) from marts.recommendation_evidence "
        "where segment_code = 'total' and verdict = 'supports' group by 1"
    ).fetchall()
    assert {code for code, n in counts if n >= 2} == SIX


def test_every_figure_of_the_evidence_is_found_back_in_the_estimates(published):
    """By its own codes, with the same interval and base; a withheld figure shows nothing."""
    lost = published.execute(
        """
        select evidence.rule_code, evidence.segment_value
        from marts.recommendation_evidence as evidence
        left join marts.estimates as estimates
            on evidence.evidence_survey_code = estimates.survey_code
            and evidence.question_code = estimates.question_code
            and evidence.statistic = estimates.statistic
            and evidence.option_code is not distinct from estimates.option_code
            and evidence.segment_code = estimates.segment_code
            and evidence.segment_value = estimates.segment_value
            and estimates.is_default_scheme
        where evidence.kpi_code is null and evidence.verdict != 'no_figure'
            and (
                estimates.survey_code is null
                or evidence.estimate is distinct from estimates.estimate
                or evidence.ci_low is distinct from estimates.ci_low
                or evidence.ci_high is distinct from estimates.ci_high
                or evidence.n_answers is distinct from estimates.n_answers
                or (evidence.verdict = 'not_shown') is distinct from estimates.is_withheld
            )
        """
    ).fetchall()
    assert lost == []


def test_a_kpi_in_the_evidence_is_the_one_on_the_scorecard(published):
    rows = published.execute(
        """
        select evidence.estimate, scores.value, evidence.threshold, scores.norm, evidence.verdict,
            scores.verdict
        from marts.recommendation_evidence as evidence
        inner join marts.kpi_scorecard as scores using (kpi_code, segment_code, segment_value)
        where scores.period = '2024'
        """
    ).fetchall()
    assert rows
    says = {"met": "contradicts", "not_met": "supports", "undecided": "inconclusive"}
    for estimate, value, threshold, norm, verdict, judged in rows:
        assert (estimate, threshold) == (value, norm)
        assert verdict == says.get(judged, "not_shown")


def test_residents_and_staff_both_give_evidence(published):
    surveys = published.execute(
        "select distinct evidence_survey_code from marts.recommendation_evidence "
        "where verdict = 'supports' and kpi_code is null"
    ).fetchall()
    assert {survey for (survey,) in surveys} == {"omnichannel", "kcc_staff"}


def test_where_status_is_fine_the_recommendation_about_it_disappears(tmp_path):
    """A demo in which few grade status as insufficient; handling and e-mail are as they were.

    Only what recommendations are made of, and not published.
    """
    places = places_in(tmp_path)
    write_demo(places.inbox, PROJECT / "seeds", better=Better(status=0.3))
    land_and_build(places, lambda step: step.name == "recommendations")
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        assert applying(connection) == SIX - {"clear_status"}
        status = connection.execute(
            "select status from marts.recommendations "
            "where segment_code = 'total' and recommendation_code = 'clear_status'"
        ).fetchone()
    assert status == ("does_not_apply",)
    shutil.rmtree(tmp_path)


def test_staff_and_residents_stand_side_by_side_as_published(published):
    """The correlation made again from the published rows, over municipalities only."""
    rows = published.execute(
        "select theme_code, any_value(municipal_correlation), "
        "any_value(n_correlated_municipalities), corr(resident_estimate, staff_estimate), "
        "count(*), bool_and(contains(warning_nl, "
        "n_correlated_municipalities::varchar)) from marts.staff_and_resident_experience "
        "where segment_code = 'municipality' and not is_withheld group by 1"
    ).fetchall()
    assert len(rows) == 5
    # The demo has themes with a correlation, and themes of too few municipalities for one.
    assert 0 < sum(n >= 4 for _, _, n, *_ in rows) < len(rows)
    for theme, correlation, n, again, n_again, warns in rows:
        assert n == n_again
        assert (correlation is None) == (n < 4), theme
        if correlation is not None:  # published to three decimals, of means published to two
            assert abs(correlation - again) < 0.02, theme
        assert warns
    hidden = published.execute(
        "select count(*) from marts.staff_and_resident_experience "
        "where is_withheld and resident_estimate is not null and staff_estimate is not null"
    ).fetchone()
    assert hidden == (0,)
