"""Scores of several questions: an answer per respondent, figures as any question, and alpha.

The rows of reference/small_scores.csv and the answers of reference/small_items.csv are made by
reference/make_scores.R with R survey 4.1-1:

    d <- calibrate(svydesign(ids = ~1, weights = ~base_weight, data = s), ~ sex + age, population,
                   calfun = "raking")
    svymean(~score, d, na.rm = TRUE)                                     # rowMeans of the items
    svycontrast(svymean(~I(grade >= 9) + I(grade <= 6), d), c(1, -1))    # promoters - detractors
    svycralpha(~ item_1 + item_2 + up_3, subset(d, given == 3), na.rm = TRUE)
"""

import numpy as np
import pandas as pd
import pytest
from peil.codebook.seed_faults import seed_faults
from peil.disclosure.rules import Rules
from peil.disclosure.suppression import protect
from peil.statistics.reliability import cronbach_alpha, reliability
from small_survey import (
    REFERENCE,
    add,
    build,
    deliver,
    edit,
    rows_of,
    small_places,
    working,
)

ITEMS = ("item_1", "item_2", "item_3")
SCORES = {"score": ("mean", "points"), "total": ("sum", "sum")}


def with_scores(folder):
    """The reference survey with three statements, two scores of them, and a net of its grade."""
    places = small_places(folder)
    seeds = places.seeds
    for code, top in (("statement", 5), ("points", 5), ("sum", 15)):
        add(seeds, "scales", {"scale_code": code, "kind": "number", "value_from": 1,
                              "value_to": top, "label_nl": code,
                              "is_categorical": "false"})  # fmt: skip
        add(seeds, "scale_statistics", {"scale_code": code, "statistic": "mean", "kind": "mean",
                                        "label_nl": "Gemiddelde", "label_en": "Mean",
                                        "sort_order": 1})  # fmt: skip
    add(seeds, "scales", {"scale_code": "open", "kind": "text", "is_categorical": "false"})
    add(seeds, "scale_statistics", {
        "scale_code": "grade_1_10", "statistic": "net_promoters", "kind": "net", "value_from": 9,
        "value_to": 10, "minus_from": 1, "minus_to": 6, "label_nl": "Promotors min criticasters",
        "label_en": "Promoters minus detractors", "sort_order": 4,
    })  # fmt: skip
    for order, item in enumerate(ITEMS, start=7):
        add(seeds, "questions", question(item, "statement", order))
        add(seeds, "bindings", {"source_code": "small", "source_column": item,
                                "binding": "single_column", "question_code": item,
                                "match_by": "number"})  # fmt: skip
    for order, (score, (combination, scale)) in enumerate(SCORES.items(), start=10):
        add(seeds, "questions", question(score, scale, order))
        add(seeds, "composites", *(
            {"question_code": score, "item_question_code": item, "min_items": 2,
             "is_reversed": str(item == "item_3").lower(), "combination": combination}
            for item in ITEMS
        ))  # fmt: skip
    return places


def question(code, scale, order):
    return {"question_code": code, "survey_code": "small", "label_nl": code, "label_en": code,
            "text_nl": code, "text_en": code, "scale_code": scale, "topic": "figures",
            "is_reported": "true", "sort_order": order}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    places = with_scores(tmp_path_factory.mktemp("scores"))
    items = {row["id"]: row for row in rows_of(REFERENCE / "small_items.csv")}
    deliver(places, [{**r, **items[r["id"]]} for r in rows_of(REFERENCE / "small_survey.csv")])
    build(places)
    return places


REFERENCE_ROWS = rows_of(REFERENCE / "small_scores.csv")


def test_a_score_and_a_net_equal_r(built):
    found = {
        (question if statistic == "mean" else statistic, segment): (estimate, se)
        for question, statistic, segment, estimate, se in working(
            built,
            "select question_code, statistic, segment_value, estimate, se "
            "from estimates.est_estimates inner join estimates.est_measures using (measure_id) "
            "where segment_value in ('total', 'man')",
        )
    }
    rows = [row for row in REFERENCE_ROWS if row["se"] != "NA"]
    assert len(rows) == 6
    for row in rows:
        expected = pytest.approx((float(row["estimate"]), float(row["se"])), rel=1e-8)
        assert found[row["name"], row["segment"]] == expected, row["name"]


def test_alpha_equals_r(built):
    rows = {row["name"]: float(row["estimate"]) for row in REFERENCE_ROWS}
    found = {
        item: figures
        for item, *figures in working(
            built,
            "select item_question_code, alpha, item_rest_correlation, alpha_without_item "
            "from estimates.est_reliability where question_code = 'score'",
        )
    }
    alphas = [figures[0] for figures in found.values()]
    assert alphas == pytest.approx([rows["alpha"]] * 3, rel=1e-8)
    assert found["item_1"][1] == pytest.approx(rows["item_rest_correlation_1"], rel=1e-8)
    assert found["item_1"][2] == pytest.approx(rows["alpha_without_item_1"], rel=1e-8)
    assert found["item_3"][2] == pytest.approx(rows["alpha_without_item_3"], rel=1e-8)


def test_a_score_is_published_as_any_question(built):
    (figure,) = working(
        built,
        "select estimate, ci_low < estimate and estimate < ci_high, n_answers from marts.estimates "
        "where question_code = 'score' and segment_code = 'total'",
    )
    given = [sum(map(bool, (r[i] for i in ITEMS))) for r in rows_of(REFERENCE / "small_items.csv")]
    assert figure == (2.98, True, sum(n >= 2 for n in given))
    segments = working(
        built, "select distinct segment_code from marts.estimates where question_code = 'score'"
    )
    assert len(segments) == 4
    ((n, alpha),) = working(
        built,
        "select distinct n_answers, alpha from marts.score_reliability "
        "where question_code = 'total'",
    )
    assert (n, alpha) == (sum(n == 3 for n in given), 0.593)
    answers = working(
        built, "select count(*), count(distinct respondent_key) from research.research_answers "
        "where question_code = 'score'",
    )  # fmt: skip
    assert answers == [(figure[2], figure[2])]


def test_alpha_by_hand():
    """Equal items: 1. Two items that share nothing: 0. No spread, one item: no alpha."""
    same = np.full((3, 3), 2.0)
    assert cronbach_alpha(same) == pytest.approx(1)
    assert cronbach_alpha(np.diag([1.0, 4.0])) == 0
    assert np.isnan(cronbach_alpha(np.zeros((2, 2))))
    assert np.isnan(cronbach_alpha(np.array([[2.0]])))
    found = reliability(np.array([[1.0, 0.5], [0.5, 4.0]]))
    assert found.rest_correlations == pytest.approx([0.25, 0.25])
    assert np.isnan(found.alphas_without).all()


def test_composites_that_can_be_computed_have_no_fault(tmp_path):
    assert seed_faults(with_scores(tmp_path).seeds) == []


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("questions", {"scale_code": "open"}, "has an item without numbers"),
        ("composites", {"item_question_code": "small_grade"}, "has items on different scales"),
        ("composites", {"item_question_code": "item_9"}, "'item_9' is not in questions.csv"),
        ("composites", {"item_question_code": "total"}, "has an item that is a composite itself"),
        ("composites", {"min_items": "4"}, "says different things in its rows"),
        ("composites", {"combination": "sum"}, "says different things in its rows"),
        ("composites", {"combination": "product"}, "'product' is not one of mean, sum"),
        ("composites", {"is_reversed": ""}, "is empty, and is needed"),
        ("questions", {"routing_question_code": "small_channel", "routing_option_code": "desk"},
         "has an item that is asked of others"),
        ("scales", {"value_to": "4"}, "stands on a scale that does not hold every score"),
        ("bindings", {"question_code": "score"}, "it would have two answers"),
    ],
)  # fmt: skip
def test_a_composite_that_cannot_be_computed_is_refused(tmp_path, name, change, sentence):
    places = with_scores(tmp_path)
    key = {
        "composites": ("item_question_code", "item_2"),
        "questions": ("question_code", "item_2"),
        "scales": ("scale_code", "points"),
        "bindings": ("question_code", "item_2"),
    }[name]
    first = iter([True])

    def planted(rows):
        return [
            {**row, **change} if row[key[0]] == key[1] and next(first, False) else row
            for row in rows
        ]

    edit(places.seeds, name, planted)
    faults = seed_faults(places.seeds)
    assert any(sentence in fault for fault in faults), faults


def test_a_score_does_not_tell_the_item_that_is_withheld():
    """Group 2 withholds item_1; its score minus the other item is the mean of item_1."""
    rows = [
        ("2024", question, measure, "mean", np.nan, np.nan, group, n, n / 2, 50.0, reason)
        for measure, question in enumerate(("item_1", "item_2", "score"))
        for group, n, reason in (
            (1, 200, None),
            (2, 60, "uniform_answers" if question == "item_1" else None),
            (3, 140, None),
        )
    ]
    figures = pd.DataFrame(rows, columns=[
        "wave_code", "question_code", "measure_id", "kind", "value_from", "value_to", "group_id",
        "n_answers", "n_positive", "min_base_n", "primary_reason",
    ]).rename_axis("figure_id").reset_index()  # fmt: skip
    nestings = pd.DataFrame(
        [("2024", 1, 2, "f"), ("2024", 1, 3, "f")],
        columns=["wave_code", "parent_group", "child_group", "family"],
    ).assign(rest_is_group=False)
    none = pd.DataFrame(columns=["complement_id", "measure_id", "sign"])
    composites = pd.DataFrame(
        [("score", "item_1"), ("score", "item_2")], columns=["question_code", "item_question_code"]
    )

    def shown(**rule):
        rules = Rules(5, dict.fromkeys(("mean", "mean_small_base"), 0.005), 50)
        hidden = protect(figures, nestings, none, rules, **rule)
        left = figures[~figures["figure_id"].isin(hidden["figure_id"])]
        return {(r.question_code, r.group_id) for r in left.itertuples()}

    def attack(seen):
        """Groups in which item_1 is withheld and follows from the other two."""
        return {g for g in (1, 2, 3) if {("item_2", g), ("score", g)} <= seen
                and ("item_1", g) not in seen}  # fmt: skip

    assert attack(shown()) == {2, 3}, "with the rule switched off the attack succeeds"
    assert attack(shown(composites=composites)) == set()
