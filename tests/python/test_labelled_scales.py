"""The number of a labelled answer is that of its option; without one there is no mean.

R survey 4.1-1 on reference/small_survey.csv, with digital 5, telephone 4 and desk 2 as score:

    d <- svydesign(ids = ~1, weights = ~base_weight, data = s)
    cal <- calibrate(d, ~ sex + age, population, calfun = "raking", epsilon = 1e-12)
    svymean(~score, cal); svymean(~I(score >= 4), cal)
    svymean(~I((score >= 4) - (score <= 2)), cal)
    svyby(~score, ~sex, cal, svymean)
"""

import pytest
from conftest import UNROUNDED, here, options
from small_survey import (
    REFERENCE,
    SCORES,
    STATISTICS,
    edit,
    labelled,
    night,
    published,
    rows_of,
    working,
)

R = {
    ("mean", "total"): (3.4177922043027609, 0.15201501296273753),
    ("top2", "total"): (0.58443720407002309, 0.060923489510390387),
    ("net", "total"): (0.16887440814004612, 0.12184697902078077),
    ("mean", "man"): (3.535266690981982, 0.20020722593030293),
    ("mean", "vrouw"): (3.3049245602401407, 0.23630959048921873),
}


@pytest.fixture
def opinions(copy_of_small):
    return copy_of_small


def test_a_check_finds_nothing_in_numbers_that_are_there(opinions):
    assert here("codebook", "check", *options(opinions)).returncode == 0


def test_mean_range_and_net_of_labels_equal_r(opinions):
    rows = working(
        opinions,
        "select statistic, segment_value, estimate, se, n_answers "
        f"from {UNROUNDED} where question_code = 'small_channel' and option_code is null",
    )
    found = {(statistic, value): (estimate, se) for statistic, value, estimate, se, _ in rows}
    for key, expected in R.items():
        assert found[key] == pytest.approx(expected, rel=1e-8), key
    assert {n for _, value, *_, n in rows if value == "total"} == {90}


def test_shares_of_labels_and_their_association_stay(opinions):
    shares = working(
        opinions,
        f"select option_code, estimate from {UNROUNDED} where statistic = 'share' "
        "and question_code = 'small_channel' and segment_value = 'total'",
    )
    mean = sum(float(SCORES[option]) * share for option, share in shares)
    assert mean == pytest.approx(R[("mean", "total")][0], rel=1e-8)
    f_statistic = published(
        opinions,
        "select f_statistic from marts.association_tests where question_code = 'small_channel' "
        "and segment_code = 'small_sex'",
    )
    expected = next(
        float(row["value"])
        for row in rows_of(REFERENCE / "small_estimates.csv")
        if (row["design"], row["question"], row["name"]) == ("weighted", "channel", "F")
    )
    assert f_statistic[0][0] == pytest.approx(expected, rel=0.0051), "three significant digits"


BROKEN = {
    "an option without a number": (
        {**SCORES, "desk": ""}, STATISTICS,
        "these options have none: desk. Fill value_number in options.csv",
    ),
    "a range outside the numbers": (
        SCORES, {"top2": ("range", "4", "6", "", "")}, "4.0 to 6.0 that lies outside the numbers",
    ),
    "half a minus range": (
        SCORES, {"net": ("net", "4", "5", "", "2")},
        "a minus range from nothing to 2.0. Give both ends",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_check_refuses_numbers_that_are_not_there(case, tmp_path):
    scores, statistics, words = BROKEN[case]
    places = labelled(tmp_path, scores, statistics)
    run = here("codebook", "check", *options(places))
    assert run.returncode == 2
    assert "scale_statistics.csv: statistic '" in run.stdout
    assert "of scale 'opinion'" in run.stdout
    assert words in run.stdout
    assert "faults that stop a night; see above" in run.stderr


def test_a_mean_of_several_answers_is_refused(tmp_path):
    places = labelled(tmp_path)

    def several(rows):
        return [{**r, "kind": "multiple"} if r["scale_code"] == "opinion" else r for r in rows]

    edit(places.seeds, "scales", several)
    run = here("codebook", "check", *options(places))
    assert run.returncode == 2
    assert run.stdout.count("an answer on a scale of kind multiple has none") == 3


def test_a_night_publishes_no_mean_of_answers_without_a_number(tmp_path):
    places = labelled(tmp_path, {**SCORES, "desk": ""})
    done = night(places)
    assert done.returncode == 2
    assert "these options have none: desk" in done.stderr
    assert not places.published_file.exists()
