"""Lines over three waves: slope, error and degrees of freedom, of a panel and of new people.

`R_ROWS` are of R survey 4.1-1 on the rows of `waves()` (`python test_linear_trends.py FILE` writes
them as CSV), as a panel and as three samples of other people (`fresh`):

    d <- read.csv(FILE, colClasses = c(wave = "character")); options(survey.lonely.psu = "adjust")
    ids <- if (panel) ~id else ~interaction(wave, id); apart <- if (panel) NULL else ~wave
    s <- svydesign(ids, strata = apart, weights = ~base_weight, data = d)              # weighted
    s <- svydesign(~place, strata = ~region, weights = ~base_weight, data = d)         # clustered
    s <- calibrate(s, ~ wave / (sex + age), totals, calfun = "raking", epsilon = 1e-13)
    z <- 0                   # svycontrast of the means per wave, linearised: of every wave in turn
    z <- z + c * own * (y - m) / sum(w[own])  # own: in wave and group, answered; m: their mean
    SE(svytotal(~z, update(s, z = z)))    # c: (t - mean(t)) / sum((t - mean(t))^2), t in years

with 2450 men, 2550 women and 1700, 2000 and 1300 of the ages in every wave.
"""

import csv
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import places_in
from made_once import copy_of
from peil.codebook.complete import RULES
from peil.settings import PROJECT, Places
from scipy import stats
from small_survey import (
    REFERENCE,
    Rows,
    build,
    deliver,
    edit,
    rows_of,
    small_places,
    working,
)

YEARS = {"small_wave": 2000, "small_w2": 2001, "small_w3": 2004}
SHIFT = {"small_wave": 0, "small_w2": 30, "small_w3": 60}  # new people per wave; the others stay
SCHEMES = ("weighted", "clustered")


def waves() -> dict[str, Rows]:
    """Ninety people of each wave: of the first, 60 are in the second and 30 in the third."""
    people = rows_of(REFERENCE / "small_survey.csv")
    found = {}
    for number, (wave, shift) in enumerate(SHIFT.items()):
        found[wave] = []
        for i in range(shift, shift + len(people)):
            row = dict(people[i % len(people)], id=str(i + 1))
            if row["grade"]:
                grade = int(row["grade"]) + number * ((i * 7) % 5 - 1) // 2
                row["grade"] = str(min(10, max(1, grade)))
            if (i * 3 + number) % 4 == 0:
                row["channel"] = "digital"
            found[wave].append(row)
    return found


def make_waves(folder: Path) -> None:
    """The reference survey in three waves: as a panel, and of new people every time."""
    places = small_places(folder, SCHEMES)

    def renamed(row: dict[str, str]) -> dict[str, str]:
        new = {k: v.replace("small", "fresh") for k, v in row.items()}
        if new.get("scheme_code") in SCHEMES:
            new["scheme_code"] = f"fresh_{new['scheme_code']}"
        return new

    def per_wave(table: str, of_one: Rows) -> Rows:
        found = []
        for wave, year in YEARS.items():
            dates = {"fieldwork_start": f"{year}-01-01", "fieldwork_end": f"{year}-12-31",
                     "reference_date": f"{year}-01-01",
                     "is_base": str(wave == "small_wave").lower()}  # fmt: skip
            file = {"file_pattern": f"{wave}.csv", "respondent_scope": "people"}
            for row in of_one:
                new = row | {k: wave for k in ("wave_code", "source_code") if k in row}
                if table == "waves":
                    new |= dates
                found.append(new | file if table == "sources" else new)
        return found

    for table in ("waves", "sources", "bindings", "weighting_margins"):
        edit(places.seeds, table, lambda old, table=table: per_wave(table, old))
    for path in places.seeds.glob("*.csv"):
        if path.stem in RULES:
            continue
        edit(places.seeds, path.stem, lambda old: [
            *old, *(new for row in old if (new := renamed(row)) != row)
        ])  # fmt: skip
    edit(places.seeds, "sources", lambda old: [
        row | ({"respondent_scope": ""} if row["survey_code"] == "fresh" else {}) for row in old
    ])  # fmt: skip
    for wave, found in waves().items():
        deliver(places, found, f"{wave}.csv")
        deliver(places, found, f"{wave.replace('small', 'fresh')}.csv")
    build(places)


# survey (small: a panel), scheme, group, figure, slope per year, standard error.
R_ROWS = """
small,weighted,total,grade,0.2089068577480897,0.064071362544249208
small,weighted,total,low,-0.010174484142586968,0.014408607258981413
small,weighted,total,digital,-0.0058121806662143616,0.020154433774860932
small,weighted,man,grade,0.17932625670037061,0.077885500122126777
small,weighted,man,low,-0.041157573725082532,0.021291730635295825
small,weighted,man,digital,-0.012833736610604815,0.024744441008793666
small,weighted,noord,grade,0.2396131901645373,0.084500354611610679
small,weighted,noord,low,-0.027654748691241689,0.017007174385416924
small,weighted,noord,digital,0.00050004742417823766,0.027866177507613832
fresh,weighted,total,grade,0.2089068577480897,0.081289433781316423
fresh,weighted,total,low,-0.010174484142586968,0.016507986363988435
fresh,weighted,total,digital,-0.0058121806662143616,0.020298642869266154
fresh,weighted,man,grade,0.17932625670037061,0.092142545168562892
fresh,weighted,man,low,-0.041157573725082532,0.021384824717033936
fresh,weighted,man,digital,-0.012833736610604815,0.026943751770600689
fresh,weighted,noord,grade,0.2396131901645373,0.091662393342829357
fresh,weighted,noord,low,-0.027654748691241689,0.017894225146675703
fresh,weighted,noord,digital,0.00050004742417823766,0.028146183633043491
small,clustered,total,grade,0.2089068577480897,0.028623378498137293
small,clustered,total,low,-0.010174484142586968,0.01705490716346517
small,clustered,total,digital,-0.0058121806662143616,0.010275433217269944
small,clustered,man,grade,0.17932625670037061,0.054100351364675225
small,clustered,man,low,-0.041157573725082532,0.03095073583621023
small,clustered,man,digital,-0.012833736610604815,0.011339426321032629
small,clustered,noord,grade,0.2396131901645373,0.033061263785110984
small,clustered,noord,low,-0.027654748691241689,0.023856148765088271
small,clustered,noord,digital,0.00050004742417823766,0.0043157555863862964
"""
FIGURES = {"grade": ("mean", None), "low": ("share_insufficient", None),
           "digital": ("share", "digital")}  # fmt: skip


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> Places:
    folder = tmp_path_factory.mktemp("waves")
    copy_of(tmp_path_factory, "three_waves", make_waves, folder)
    return places_in(folder, seeds=folder / "seeds")


def test_lines_equal_r(places: Places):
    found = {
        tuple(key): values
        for *key, values in working(
            places,
            "select survey_code, replace(scheme_code, 'fresh_', ''), segment_value, "
            "statistic, option_code, [slope, se] from estimates.est_trends "
            "inner join estimates.est_measures using (measure_id, survey_code)",
        )
    }
    for row in R_ROWS.split():
        survey, scheme, group, figure, slope, se = row.split(",")
        values = found[(survey, scheme, group, *FIGURES[figure])]
        assert values == pytest.approx([float(slope), float(se)], rel=1e-8), row
    assert len(R_ROWS.split()) == 27


def test_degrees_of_freedom_count_people_once_in_a_panel(places: Places):
    """Of a panel the least there can be: all answers less the people of every two waves.

    New people: 270 in 3 strata. A panel: 270 - 60 - 60 - 30 in one.
    """
    df = dict(working(
        places,
        "select survey_code, df from estimates.est_trends "
        "inner join estimates.est_measures using (measure_id, survey_code) "
        "where segment_code = 'total' and option_code = 'digital' and inference_unit = 'respondent'"
    ))  # fmt: skip
    assert df == {"fresh": 270 - 3 - 1, "small": 120 - 1 - 1}


def test_every_wave_stands_beside_the_wave_before_and_the_base_wave(places: Places):
    pairs = working(
        places,
        "select distinct wave_code, compared_wave_code, is_since_previous_wave, is_since_base_wave "
        "from marts.trends where survey_code = 'small' order by all",
    )
    assert pairs == [
        ("small_w2", "small_wave", True, True),
        ("small_w3", "small_w2", True, False),
        ("small_w3", "small_wave", False, True),
    ]
    changes = working(
        places,
        "select change, estimate - earlier_estimate, se from marts.trends "
        "where survey_code = 'small' and wave_code = 'small_w3' and is_since_base_wave "
        "and is_default_scheme and not is_withheld",
    )
    assert len(changes) > 10
    assert all(change == pytest.approx(difference, abs=0.15) for change, difference, _ in changes)


def test_adjusted_p_is_that_of_one_earlier_wave(places: Places):
    """Pairs with the base wave make the pairs with the wave before no less certain."""
    rows = working(
        places,
        "select compared_wave_code, list(p_value order by p_value), "
        "list(p_adjusted order by p_value) from estimates.est_comparison_tests "
        "where comparison_kind = 'waves' and wave_code = 'small_w3' and scheme_code = 'weighted' "
        "and segment_code = 'total' and withheld_reason is null and p_value is not null "
        "group by compared_wave_code, topic",
    )
    assert len(rows) == 2
    for _, p, adjusted in rows:
        assert adjusted == pytest.approx(stats.false_discovery_control(np.array(p)), rel=1e-9)


def test_the_change_since_the_base_wave_is_one_query(places: Places):
    text = (PROJECT / "analyses" / "changes_since_the_base_wave.sql").read_text(encoding="utf-8")
    query = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"marts.\1", text)
    found = working(places, query)
    assert {row[0] for row in found} == {"small", "fresh"}


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", encoding="utf-8", newline="") as handle:
        stacked = [{"wave": str(YEARS[w]), **row} for w, own in waves().items() for row in own]
        writer = csv.DictWriter(handle, list(stacked[0]))
        writer.writeheader()
        writer.writerows(stacked)
