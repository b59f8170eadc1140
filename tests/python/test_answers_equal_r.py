"""Shares of every answer, numbers of residents, median and quartiles equal those of R survey 4.1-1.

The committed rows (reference/small_distributions.csv, made by reference/make_distributions.R):

    d <- calibrate(svydesign(ids, strata, weights), formula, population, calfun = "raking")
    svymean(~I(as.numeric(grade == v)), d, na.rm = TRUE)
    svytotal(~I(as.numeric(grade == v)), d, na.rm = TRUE); confint(total, df = degf(answered))
    svyquantile(~grade, d, c(.25, .5, .75), qrule = "math", interval.type = "mean")
    svymean(~I(as.numeric(grade <= q)), d, na.rm = TRUE), of which that interval is read back
"""

import csv
import shutil

import pytest
from conftest import places_in
from made_once import copy_of
from small_survey import REFERENCE, build, make_designs, small_places, working

TOLERANCE = 1e-8
QUANTILES = {"25": "quartile_1", "50": "median", "75": "quartile_3"}
SEGMENTS = {
    "total": "total", "man": "man", "65+": "65+", "noord": "noord",
}  # fmt: skip


def expected(design):
    with (REFERENCE / "small_distributions.csv").open(encoding="utf-8", newline="") as handle:
        found = [row for row in csv.DictReader(handle) if row["design"] == design]
    return [
        (*(r[k] for k in ("segment", "statistic", "answer", "name")), r["value"]) for r in found
    ]


@pytest.fixture(scope="module", params=["weighted", "clustered"])
def figures(request, tmp_path_factory):
    """The figures of a night of one design, by segment value, statistic, answer and name."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "clustered":
        copy_of(tmp_path_factory, "designs", make_designs, folder)
    else:
        places = small_places(folder, [request.param])
        shutil.copy(REFERENCE / "small_survey.csv", places.inbox)
        build(places)
    places = places_in(folder, seeds=folder / "seeds")
    found = {}
    for value, answer, is_share, *numbers in working(
        places,
        "select e.segment_value, m.option_code, m.is_distribution, e.estimate, e.se, r.residents, "
        "r.se, r.ci_low, r.ci_high from estimates.est_estimates as e "
        "inner join estimates.est_figure_measures as m using (measure_id) "
        "inner join estimates.est_residents as r using (point_id) "
        f"where e.scheme_code = '{request.param}' "
        "and (m.is_distribution or m.option_code = 'digital')",
    ):
        share, se, *residents = numbers
        if is_share:
            found[value, "share", answer, "estimate"] = share
            found[value, "share", answer, "se"] = se
        for name, number in zip(("estimate", "se", "low", "high"), residents, strict=True):
            found[value, "residents", answer, name] = number
    for value, quantile, *numbers in working(
        places,
        "select p.segment_value, q.quantile, q.value_from, q.ci_low, q.ci_high, "
        "q.cumulative_share, q.se_cumulative from estimates.est_quantiles as q "
        "inner join estimates.est_points as p using (point_id) "
        f"where p.scheme_code = '{request.param}'",
    ):
        names = ("estimate", "low", "high", "cumulative", "se_cumulative")
        for name, number in zip(names, numbers, strict=True):
            found[value, "quantile", quantile, name] = number
    return request.param, found, places


def test_every_row_of_r_is_a_figure(figures):
    design, found, _ = figures
    rows = expected(design)
    assert len(rows) > 200
    for segment, statistic, answer, name, value in rows:
        key = (SEGMENTS[segment], statistic, QUANTILES.get(answer, answer), name)
        if statistic != "quantile":
            key = (SEGMENTS[segment], statistic, answer, name)
        if value in {"NaN", "NA"}:
            assert found[key] is None, key
        else:
            assert found[key] == pytest.approx(float(value), rel=TOLERANCE, abs=1e-9), key
