"""Faults in a codebook are found without a build, by every test that dbt runs on the seeds."""

import shutil

import pytest
import yaml
from conftest import options, peil, places_in
from peil.codebook import seed_faults as module
from peil.codebook.seed_faults import seed_faults
from peil.codebook.seed_rules import ELSEWHERE, rules
from peil.codebook.seeds import PROPERTIES
from peil.settings import PROJECT
from small_survey import REFERENCE, edit

SEEDS = {
    "default": PROJECT / "seeds", "reference": REFERENCE / "seeds",
    **{folder.parent.name: folder for folder in sorted((PROJECT / "examples").glob("*/seeds"))},
}  # fmt: skip


def planted(folder, name, change):
    seeds = shutil.copytree(PROJECT / "seeds", folder / "seeds")
    edit(seeds, name, change)
    return seeds


def with_cell(row, column, value):
    """Change a cell of a row as a spreadsheet counts it."""
    return lambda rows: [
        {**r, column: value} if number == row else r for number, r in enumerate(rows, start=2)
    ]


@pytest.mark.parametrize("name", SEEDS)
def test_a_codebook_that_builds_has_no_faults(name):
    assert seed_faults(SEEDS[name]) == []


@pytest.mark.parametrize(
    ("seed", "change", "sentence"),
    [
        ("questions", with_cell(3, "scale_code", "singel"),
         "questions.csv, row 3, column 'scale_code': 'singel' is not in scales.csv"),
        ("questions", with_cell(4, "is_reported", ""),
         "questions.csv, row 4, column 'is_reported': is empty, and is needed."),
        ("questions", with_cell(4, "is_reported", "maybe"),
         "questions.csv, row 4, column 'is_reported': 'maybe' is no boolean."),
        ("waves", lambda rows: [*rows, rows[0]],
         "column 'wave_code': '2024' stands in row 2 as well. Keep one."),
        ("bindings", with_cell(2, "binding", "onehot"),
         "bindings.csv, row 2, column 'binding': 'onehot' is not one of single_column, one_hot"),
        ("surveys", with_cell(2, "min_base_n", "0"),
         "surveys.csv, row 2, column 'min_base_n': '0' is not a number above 0."),
        ("options", lambda rows: [*rows, rows[3]], "column 'option_set_code × option_code'"),
        ("contrasts", with_cell(2, "comparison_level_code", "nobody"), "contrasts are compared"),
        ("kpi_definitions",
         lambda rows: [{**r, "survey_code": ""} if r["question_code"] else r for r in rows],
         "column 'survey_code': is empty, and is needed."),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_row_and_column(seed, change, sentence, tmp_path):
    faults = seed_faults(planted(tmp_path, seed, change))
    assert any(sentence in fault for fault in faults), faults


def with_value(key, column, value):
    """Change a cell of the rows in which a code stands."""
    return lambda rows: [{**r, column: value} if key in r.values() else r for r in rows]


@pytest.mark.parametrize(
    ("seed", "key", "column", "value", "said"),
    [
        ("thresholds", "confidence_level", "value", "95", "given '95.0', problem 'thresholds.csv: "
         "write a number of 0.5 or more and 0.9999 or less'"),
        ("thresholds", "significance_level", "value", "5", "'significance_level', given '5.0'"),
        ("thresholds", "min_cell_n", "value", "", "'min_cell_n', given 'empty', problem"),
        ("thresholds", "min_cell_n", "value", "0", "'min_cell_n', given '0.0', problem"),
        ("thresholds", "max_share_width", "value", "30", "'max_share_width', given '30.0'"),
        ("thresholds", "reading_seconds", "value", "", "'reading_seconds', given 'empty'"),
        ("thresholds", "min_df", "value", "nan", "'min_df', given 'nan'"),
        ("waves", "2024", "fieldwork_end", "2024-06-30", "seed 'waves.csv', code '2024', problem "
         "'ends before it begins'"),
        ("waves", "2024", "microdata_until", "2023-01-01", "code '2024', problem 'ends before"),
        ("scales", "grade_1_10", "value_to", "0", "seed 'scales.csv', code 'grade_1_10'"),
        ("scale_statistics", "share_insufficient", "value_to", "55",
         "code 'grade_1_10 share_insufficient', problem 'counts answers that its scale does not"),
        ("attribute_levels", "30-39", "value_to", "3", "'age_group 30-39', problem 'ends before"),
        ("attribute_levels", "30-39", "value_to", "40", "bands do not overlap: seed "
         "'attribute_levels.csv', variable 'age_group', code '30-39', other_code '40-54', "
         "value_in_both '40'"),
        ("size_classes", "under_5000", "residents_to", "", "other_code '5000_9999'"),
        ("size_classes", "5000_9999", "residents_to", "99", "'size_classes.csv', code '5000_9999'"),
        ("weighting_schemes", "gender_age", "upper", "-1", "'weighting_schemes.csv', code 'gender"),
        ("kpi_definitions", "service_level", "norm", "80", "norms can be reached: place "
         "'kpi_definitions.csv, service_level', given '80.0', lowest '0.0', highest '1.0'"),
        ("recommendation_rules", "wish_own_data", "threshold", "50",
         "place 'recommendation_rules.csv, more_digital wish_own_data', given '50.0', lowest '0"),
        ("recommendation_rules", "contact_email", "threshold", "0.65", "email contact_email"),
        ("response_rules", "speeder", "threshold", "33", "omnichannel speeder', given '33.0'"),
        ("response_rules", "straight_liner", "threshold", "1", "straight_liner', given '1.0'"),
        ("publication_rounding", "share", "digits", "-1", "quantity 'share', digits '-1'"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_meant_is_named(seed, key, column, value, said, tmp_path):
    faults = seed_faults(planted(tmp_path, seed, with_value(key, column, value)))
    assert any(said in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("seed", "key", "column", "value", "said"),
    [
        ("thresholds", "min_cell_n", "value", "2", "write a number of 3.0 or more"),
        ("thresholds", "min_uniform_base_n", "value", "9", "write a number of 10.0 or more"),
        ("thresholds", "min_answer_n", "value", "1", "write a number of 3.0 or more"),
        ("thresholds", "min_new_respondents", "value", "1", "write a number of 3.0 or more"),
        ("surveys", "kcc_staff", "min_base_n", "4", "'kcc_staff', given '4', problem 'surveys.csv"),
        ("publication_rounding", "share", "digits", "4", "'share', digits '4', at_most '3'"),
        ("publication_rounding", "weight", "digits", "6", "'weight', digits '6', at_most '3'"),
    ],
)
def test_real_people_are_protected_more_than_made_up_ones(seed, key, column, value, said, tmp_path):
    """As few as one likes, and as exactly, only while every survey is simulated."""
    seeds = planted(tmp_path, seed, with_value(key, column, value))
    assert seed_faults(seeds) == []
    edit(seeds, "surveys", with_value("residents", "is_simulated", "false"))
    edit(seeds, "surveys", with_value("staff", "is_simulated", "false"))
    faults = seed_faults(seeds)
    assert any(said in fault for fault in faults), faults


def test_a_wrong_use_of_a_segment_of_answers_is_named(tmp_path):
    wrong = {"gender", "municipality", "urbanity", "education"}
    seeds = planted(tmp_path, "attributes", lambda rows: [
        {**r, "is_segment_only": "true"} if r["attribute_code"] in wrong
        else {**r, "question_code": "overall_grade"} if r["is_segment_only"]
        else r
        for r in rows
    ])  # fmt: skip
    edit(seeds, "questions", lambda rows: [
        {**r, "option_set_code": ""} if r["question_code"] == "overall_grade" else r for r in rows
    ])  # fmt: skip
    faults = "\n".join(f for f in seed_faults(seeds) if f.startswith("segment only"))
    for sentence in (
        "seed_name 'weighting_variables', column_name 'attribute_code', code 'gender_age', "
        "attribute_code 'gender', problem 'weights and contrasts are made of whole profiles",
        "'weighting_schemes', column_name 'cluster_attribute_code'",
        "attribute_code 'urbanity', problem 'its groups are no answers to a question",
        "attribute_code 'urbanity', problem 'no segment divides by it",
        "attribute_code 'education', problem 'its question is not reported",
        "attribute_code 'channel_used', problem 'its question has no options",
    ):
        assert sentence in faults, faults
    assert "attribute_code 'channel_used', problem 'no segment" not in faults


def test_segments_of_answers_are_not_crossed_paired_or_followed(tmp_path):
    seeds = planted(tmp_path, "attributes", lambda rows: [
        {**r, "is_segment_only": "true"} if r["attribute_code"] == "education" else r
        for r in rows
    ])  # fmt: skip
    edit(seeds, "segments", lambda rows: [
        *rows,
        {**rows[0], "segment_code": "education", "attribute_code": "education"},
        {**rows[0], "segment_code": "both", "attribute_code": "education",
         "second_attribute_code": "channel_used"},
    ])  # fmt: skip
    edit(seeds, "segment_pairs", lambda _: [
        {"survey_code": "omnichannel", "segment_pair_code": "pair", "segment_code_a": "education",
         "segment_value_a": "a", "second_segment_value_a": "", "segment_code_b": "channel_used",
         "segment_value_b": "b", "second_segment_value_b": "", "label_nl": "a", "label_en": "a",
         "sort_order": "1"},
    ])  # fmt: skip
    edit(seeds, "sources", lambda rows: [
        {**r, "respondent_scope": "panel"} if r["kind"] == "survey" else r for r in rows
    ])  # fmt: skip
    faults = "\n".join(seed_faults(seeds))
    assert "two that cross are not both counted" in faults
    assert "who is in both groups is not counted" in faults
    assert "respondent_scope in sources.csv follows people over waves" in faults


def test_a_row_of_another_width_is_named(tmp_path):
    seeds = shutil.copytree(PROJECT / "seeds", tmp_path / "seeds")
    with (seeds / "topics.csv").open("a", encoding="utf-8") as handle:
        handle.write("extra,One,Two,Three\n")
    n = len((seeds / "topics.csv").read_text(encoding="utf-8").splitlines())
    assert f"topics.csv, row {n}: has 4 cells, the first line 7." in seed_faults(seeds)[0]


def test_check_ends_with_2_and_lists_them(tmp_path):
    seeds = planted(tmp_path, "questions", with_cell(3, "scale_code", "singel"))
    run = peil("codebook", "check", *options(places_in(tmp_path, seeds=seeds)))
    assert run.returncode == 2, run.stderr
    assert "questions.csv, row 3, column 'scale_code'" in run.stdout
    assert "faults that stop a night" in run.stderr


def test_every_test_of_every_seed_is_run():
    """As many rules as the properties declare tests, but for the one with its own SQL."""
    declared = 0
    for path in PROPERTIES.glob("*.yml"):
        for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]:
            tests = list(seed.get("data_tests", []))
            tests += [t for c in seed["columns"] for t in c.get("data_tests", [])]
            declared += sum((t if isinstance(t, str) else next(iter(t))) not in ELSEWHERE
                            for t in tests)  # fmt: skip
    assert len(rules()) == declared
    names = {path.stem for path in module._tests_of_seeds()}
    assert "assert_contrasts_are_compared" in names
    assert "assert_weights_sum_to_the_population" not in names
