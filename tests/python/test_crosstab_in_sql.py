"""`marts.crosstab`: what analysts ask in SQL, of the published file and of the warehouse alike."""

import duckdb
import pytest
from conftest import connecting_example

KEYS = "survey_code, wave_code, weighting_scheme, question_code"
FIGURES = "estimate, se, ci_low, ci_high, n_answers, is_withheld, withheld_reason"


# Asked for by name, its fixture is not seen among those that run a night.
@pytest.mark.night
@pytest.mark.parametrize("database", ["published", "warehouse"])
def test_a_question_by_a_segment_is_the_published_figures(request, database):
    connection = request.getfixturevalue(database)
    segments = connection.sql(
        "select distinct question_code, segment_code from marts.estimates "
        "inner join marts.dim_segments using (survey_code, segment_code, segment_value) "
        "where not is_total order by all"
    ).fetchall()
    for question, segment in segments[:: max(1, len(segments) // 8)]:
        rows = connection.execute(
            f"(select {KEYS}, column_value, statistic, answer_code, {FIGURES} "
            "from marts.crosstab($question, $by) where column_value not in (select segment_value "
            "from marts.dim_segments where is_total)) "
            f"except (select {KEYS}, segment_value, statistic, option_code, {FIGURES} "
            "from marts.estimates where segment_code = $by and is_default_scheme union all "
            f"select {KEYS}, segment_value, statistic, answer_code, {FIGURES} "
            "from marts.distributions where segment_code = $by)",
            {"question": question, "by": segment},
        ).fetchall()
        assert rows == [], (question, segment)
        n, n_published = connection.execute(
            "select (select count(*) from marts.crosstab($question, $by)), (select count(*) "
            "from marts.estimates inner join marts.dim_segments using (survey_code, segment_code, "
            "segment_value) where question_code = $question and is_default_scheme "
            "and (segment_code = $by or is_total))",
            {"question": question, "by": segment},
        ).fetchone()
        assert n >= n_published > 0


def test_a_withheld_figure_shows_nothing(published):
    shown, withheld = published.sql(
        "select count(*) filter (not is_withheld), count(*) filter (is_withheld) "
        "from marts.crosstab('overall_grade', 'municipality')"
    ).fetchone()
    assert shown and withheld
    assert not published.sql(
        "select * from marts.crosstab('overall_grade', 'municipality') where is_withheld and "
        "coalesce(estimate, se, ci_low, n_answers, n_effective, row_share) is not null"
    ).fetchall()


def test_row_shares_of_groups_that_share_nobody_sum_to_one(published):
    sums = published.sql(
        "select sum(row_share) from marts.crosstab('preferred_submit_channel', 'participation') "
        "where column_value != 'total' group by answer_code"
    ).fetchall()
    assert len(sums) == 5
    assert all(total == pytest.approx(1, abs=0.02) for (total,) in sums)


def test_a_declared_crosstab_is_found_in_either_order(published):
    declared = published.sql(
        "select column_value, second_column_value, statistic, answer_code, estimate, row_share, "
        "p_value from marts.crosstabs "
        "where crosstab_code = 'grade_by_participation_and_age' order by sort_order"
    ).fetchall()
    for by in ("participation*age_group", "age_group*participation"):
        rows = published.execute(
            "select column_value, second_column_value, statistic, answer_code, estimate, "
            "row_share, p_value from marts.crosstab('overall_grade', ?)",
            [by],
        ).fetchall()
        assert rows == declared


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("'nope', 'age_group'", "'nope' is no question of this file. Questions: .*overall_grade"),
        ("'overall_grade', 'nope'", "'nope' has no published figures of 'overall_grade'.*gender"),
        ("'overall_grade', 'gender*age_group'", "participation[*]age_group.*peil crosstab"),
        ("'overall_grade', 'gender', wave := '1999'", "Wave '1999' has no such table.*2024"),
        ("'overall_grade', 'gender', scheme := 'x'", "Scheme 'x' has no such table.*unweighted"),
    ],
)
def test_what_is_not_there_is_refused_with_what_there_is(published, arguments, said):
    with pytest.raises(duckdb.InvalidInputException, match=said):
        published.sql(f"select * from marts.crosstab({arguments})").fetchall()


def test_the_documented_example_finds_rows(published):
    for statement in filter(str.strip, connecting_example("sql").split(";")):
        assert published.sql(statement).fetchall(), statement


def test_another_scheme_is_asked_by_its_code(published):
    (schemes,) = published.sql(
        "select list(distinct weighting_scheme) "
        "from marts.crosstab('overall_grade', 'gender', scheme := 'unweighted')"
    ).fetchone()
    assert schemes == ["unweighted"]
