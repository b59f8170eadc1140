"""Nights on almost nothing end with figures that say what they lack, or with a reason.

Five nights of some 12 s of one processor: each on a survey of residents and one of staff with two
grades, drivers, a pair of answers, a KPI and shared municipalities.
"""

import pytest
from small_survey import add, deliver, edit, night, published, small_places

GRADES = ("small_grade", "small_service", "staff_grade")


def tiny(folder, n_municipalities, *, min_base_n=1, raked=True):
    """Residents who are raked on sex, and staff, in the same municipalities."""
    places = small_places(folder)
    seeds = places.seeds

    def keep(*codes):
        return lambda rows: [r for r in rows if next(iter(r.values())) in codes]

    for name in ("weighting_margins", "weighting_variables"):
        edit(seeds, name, lambda rows: [
            r for r in rows if raked and r["attribute_code"] == "small_sex"
        ])  # fmt: skip
    edit(seeds, "attributes", keep("small_sex"))
    edit(seeds, "attribute_levels", keep("small_sex"))
    edit(seeds, "options", keep("small_sex"))
    edit(seeds, "segments", keep("total", "small_sex"))
    edit(seeds, "questions", keep("small_sex", "small_place", "small_grade"))
    edit(seeds, "bindings", lambda rows: [
        r for r in rows
        if r["source_column"] in ("id", "base_weight", "sex", "place", "grade")
    ])  # fmt: skip
    edit(seeds, "questions", lambda rows: [
        {**r, "option_set_code": "municipalities"} if r["question_code"] == "small_place" else r
        for r in rows
    ])  # fmt: skip
    edit(seeds, "surveys", lambda rows: [{**r, "min_base_n": min_base_n} for r in rows])
    survey = {"label_nl": "x", "label_en": "x", "description_nl": "x", "method_nl": "x"}
    add(seeds, "surveys", {
        **survey, "survey_code": "staff", "licence_nl": "tests", "is_simulated": "true",
        "audience": "staff", "min_base_n": min_base_n,
    })  # fmt: skip
    add(seeds, "waves", {
        "wave_code": "staff_wave", "survey_code": "staff", "label_nl": "x", "label_en": "x",
        "fieldwork_start": "2000-01-01", "fieldwork_end": "2000-12-31",
        "reference_date": "2000-01-01",
    })  # fmt: skip
    add(seeds, "sources", {
        "source_code": "staff", "survey_code": "staff", "wave_code": "staff_wave",
        "label_nl": "x", "label_en": "x", "kind": "survey", "file_pattern": "staff*.csv",
        "file_format": "csv", "delimiter": ",", "encoding": "utf-8",
        "respondent_id_policy": "public", "source_priority": 1, "sort_order": 2,
    })  # fmt: skip
    for survey_code, prefix in (("small", "small"), ("staff", "staff")):
        add(seeds, "municipalities", *(
            {
                "municipality_code": f"GM{i}", "survey_code": survey_code,
                "municipality_number": i, "label": f"Gemeente {i}",
            }
            for i in range(1, n_municipalities + 1)
        ))  # fmt: skip
        add(seeds, "region_groups", *(
            {
                "attribute_code": f"{prefix}_participation", "municipality_code": f"GM{i}",
                "level_code": "participant" if i % 2 else "non_participant",
            }
            for i in range(1, n_municipalities + 1)
        ))  # fmt: skip
        for code, kind in (("municipality", "region"), ("participation", "region_group")):
            add(seeds, "attributes", {
                "attribute_code": f"{prefix}_{code}", "survey_code": survey_code, "kind": kind,
                "question_code": f"{prefix}_place", "label_nl": code, "label_en": code,
            })  # fmt: skip
            add(seeds, "segments", {
                "segment_code": code, "survey_code": survey_code,
                "attribute_code": f"{prefix}_{code}", "label_nl": code, "label_en": code,
                "comparison": "against_total" if kind == "region" else "pairs",
                "shows_kpis": "true", "sort_order": 9,
            })  # fmt: skip
        for level in ("participant", "non_participant"):
            add(seeds, "attribute_levels", {
                "attribute_code": f"{prefix}_participation", "level_code": level,
                "label_nl": level, "label_en": level, "has_population_target": "true",
                "is_reported": "true", "sort_order": len(level),
            })  # fmt: skip
    add(seeds, "segments", {
        "segment_code": "total", "survey_code": "staff", "comparison": "none", "label_nl": "x",
        "label_en": "x", "sort_order": 1,
    })  # fmt: skip
    question = {"label_nl": "x", "label_en": "x", "topic": "figures", "headline_statistic": "mean"}
    for code, survey_code in (("small_service", "small"), ("staff_grade", "staff")):
        add(seeds, "questions", {
            **question, "question_code": code, "survey_code": survey_code,
            "scale_code": "grade_1_10", "option_set_code": code, "is_reported": "true",
            "sort_order": 8,
        })  # fmt: skip
    add(seeds, "questions", {
        **question, "question_code": "staff_place", "survey_code": "staff",
        "scale_code": "single", "option_set_code": "municipalities", "topic": "background",
        "headline_statistic": "", "is_reported": "false", "sort_order": 9,
    })  # fmt: skip
    edit(seeds, "questions", lambda rows: [
        {**r, "headline_statistic": "mean"} if r["question_code"] == "small_grade" else r
        for r in rows
    ])  # fmt: skip
    add(seeds, "bindings", *(
        {
            "source_code": source, "source_column": column, "binding": binding, "field": field,
            "question_code": code, "match_by": match_by,
        }
        for source, column, binding, field, code, match_by in (
            ("small", "service", "single_column", "", "small_service", "number"),
            ("staff", "id", "metadata", "respondent_id", "", ""),
            ("staff", "place", "single_column", "", "staff_place", "code"),
            ("staff", "grade", "single_column", "", "staff_grade", "number"),
        )
    ))  # fmt: skip
    add(seeds, "weighting_schemes", {
        "scheme_code": "staff_unweighted", "survey_code": "staff", "label_nl": "x",
        "label_en": "x", "cluster_attribute_code": "staff_municipality",
        "inference_unit": "respondent", "unknown_levels": "own_level",
        "variance_method": "weights_as_given", "interval_method": "wilson", "bounds_on": "g",
        "target_scope": "group", "is_default": "true", "sort_order": 2,
    })  # fmt: skip
    add(seeds, "experience_themes", {
        "theme_code": "overall", "label_nl": "x", "label_en": "x",
        "resident_survey_code": "small", "resident_question_code": "small_grade",
        "resident_statistic": "mean", "staff_survey_code": "staff",
        "staff_question_code": "staff_grade", "staff_statistic": "mean", "sort_order": 1,
    })  # fmt: skip
    add(seeds, "driver_models", {
        "survey_code": "small", "driver_model_code": "m", "outcome_question_code": "small_grade",
        "driver_question_code": "small_service", "unsatisfied_statistic": "share_insufficient",
        "label_nl": "x", "label_en": "x", "sort_order": 1,
    })  # fmt: skip
    add(seeds, "answer_pairs", {
        "survey_code": "small", "answer_pair_code": "p", "question_code_a": "small_grade",
        "statistic_a": "mean", "question_code_b": "small_service", "statistic_b": "mean",
        "label_nl": "x", "label_en": "x", "sort_order": 1,
    })  # fmt: skip
    add(seeds, "kpi_definitions", {
        "kpi_code": "grade", "survey_code": "small", "label_nl": "x", "label_en": "x",
        "unit": "grade", "direction": "higher_is_better", "norm": 6, "source_kind": "survey",
        "question_code": "small_grade", "statistic": "mean", "formula_nl": "x",
        "formula_en": "x", "is_example": "true", "sort_order": 1,
    })  # fmt: skip
    return places


def residents(*rows):
    """id, sex, place, grade, service."""
    return [
        {"id": i, "base_weight": 1, "sex": sex, "place": f"GM{place}", "grade": grade,
         "service": service}
        for i, (sex, place, grade, service) in enumerate(rows, start=1)
    ]  # fmt: skip


def staff(*rows):
    return [{"id": i, "place": f"GM{p}", "grade": g} for i, (p, g) in enumerate(rows, start=1)]


EVERYBODY = residents(
    ("man", 1, 6, 5), ("man", 2, 7, 7), ("vrouw", 1, 8, 9), ("vrouw", 2, 4, 6)
)  # fmt: skip
FINITE = """
    select table_name, column_name from duckdb_columns()
    where schema_name = 'marts' and data_type = 'DOUBLE'
"""


def all_numbers(places):
    """No mart holds NaN or infinity: a figure that does not exist is empty."""
    for table, column in published(places, FINITE):
        sql = f'select count(*) from marts.{table} where not isfinite("{column}")'
        assert published(places, sql) == [(0,)], f"{table}.{column}"


def shared_experience(places):
    return published(
        places,
        "select segment_value, n_correlated_municipalities, municipal_correlation, "
        "municipal_correlation_ci_low, municipal_correlation_ci_high, resident_estimate, "
        "staff_estimate from marts.staff_and_resident_experience "
        "where segment_code = 'municipality' order by 1",
    )


def test_one_municipality_of_residents_and_staff(tmp_path):
    """By hand: men 6.5 and women 6, weighted 2,450 to 2,550, is 6.245; of 4 people, 6.2."""
    places = tiny(tmp_path, 1)
    deliver(places, [{**row, "place": "GM1"} for row in EVERYBODY])
    deliver(places, staff((1, 7), (1, 6)), "staff.csv")
    done = night(places)
    assert done.returncode == 0, done.stderr
    assert shared_experience(places) == [("GM1", 1, None, None, None, pytest.approx(6.2), 6.5)]
    all_numbers(places)


def test_two_municipalities_and_a_delivery_without_rows(tmp_path):
    places = tiny(tmp_path, 2)
    deliver(places, EVERYBODY)
    deliver(places, staff((1, 7), (2, 6)), "staff.csv")
    (places.inbox / "staff_later.csv").write_text("id,place,grade\n", encoding="utf-8")
    done = night(places)
    assert done.returncode == 3, done.stderr
    assert "staff_later.csv: has column names but no rows" in done.stderr
    rows = shared_experience(places)
    assert [(row[0], *row[1:5]) for row in rows] == [
        ("GM1", 2, None, None, None), ("GM2", 2, None, None, None),
    ]  # fmt: skip
    assert [row[6] for row in rows] == [7, 6]
    all_numbers(places)


def test_one_resident_with_one_answer_and_staff_without_any(tmp_path):
    places = tiny(tmp_path, 1, raked=False)
    deliver(places, residents(("man", 1, 6, "")))
    deliver(places, staff((1, ""), (1, "")), "staff.csv")
    done = night(places)
    assert done.returncode == 0, done.stderr
    rows = published(
        places,
        "select question_code, segment_code, estimate, n_answers, ci_low, quality_flag "
        "from marts.estimates where statistic = 'mean'",
    )
    assert {(row[0], row[2], row[3]) for row in rows} == {("small_grade", 6, 1)}
    assert {row[4] for row in rows} == {None}
    assert {row[5] for row in rows} == {"low_base"}
    response = dict(published(places, "select question_code, n_answered from marts.item_response"))
    assert response == {"small_grade": 1, "small_service": 0, "staff_grade": 0}
    all_numbers(places)


def test_nobody_gave_an_answer(tmp_path):
    places = tiny(tmp_path, 2)
    deliver(places, [{**row, "grade": "", "service": ""} for row in EVERYBODY])
    done = night(places)
    assert done.returncode == 0, done.stderr
    assert published(places, "select count(*) from marts.estimates") == [(0,)]
    assert published(places, "select sum(n_respondents) from marts.weighting_quality") == [(4,)]
    all_numbers(places)


def test_one_resident_cannot_be_raked_to_two_levels(tmp_path):
    places = tiny(tmp_path, 1)
    deliver(places, residents(("man", 1, 6, 5)))
    done = night(places)
    assert done.returncode != 0
    assert "margin small_sex: level 'vrouw' has target 2,550 but no respondents" in done.stderr
    assert "Merge it with a neighbour" in done.stderr
    assert "Traceback" not in done.stderr
    assert not places.published_file.exists()
