"""KPIs: what is refused at the door, and what the scorecard says of norms, intervals and change."""

import csv
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import here, ledger_agrees, options, peil, places_in
from peil.landing.kpis import Unit, _of_value
from peil.settings import PROJECT, Places
from scipy.stats import t

SEEDS = PROJECT / "seeds"
FILE = "kpi_2024.csv"
HEADER = ["gemeente", "periode", "kpi", "waarde", "herkomst"]
GOOD = ["GM9001", "2024", "service_level", "0,85", "Gesimuleerd"]
# Per refusal: the row that is wrong, and what the log and the supplier read of it.
REFUSED = {
    "unknown municipality": (
        ["GM0000", "2024", "abandonment", "0,05"],
        "row 3, column 'gemeente': 'GM0000' is not in municipalities.csv",
        "Rij 3, kolom 'gemeente', 'GM0000': deze gemeente kent het codeboek niet",
    ),
    "unknown kpi": (
        ["GM9001", "2024", "bezetting", "0,05"],
        "row 3, column 'kpi': 'bezetting' is not in kpi_definitions.csv. Use one of service_level",
        "deze KPI kent het codeboek niet. Kies uit: service_level",
    ),
    "percentage as text": (
        ["GM9001", "2024", "abandonment", "8,5%"],
        "row 3, column 'waarde': '8,5%' is a percentage as text. Write the share 0.085",
        "dit is een percentage als tekst. Schrijf het aandeel: 0,085",
    ),
    "not applicable": (
        ["GM9001", "2024", "abandonment", "n.v.t."],
        "row 3, column 'waarde': 'n.v.t.' is no number. Leave the row out",
        "Rij 3, kolom 'waarde', 'n.v.t.': dit is geen getal",
    ),
    "empty": (
        ["GM9001", "2024", "abandonment", ""],
        "row 3, column 'waarde': '' is no number",
        "Is er niets gemeten? Laat de regel dan weg",
    ),
    "share above one": (
        ["GM9001", "2024", "abandonment", "85"],
        "row 3, column 'waarde': '85' lies outside 0-1, the range of a share (85 % is 0.85)",
        "deze waarde moet van 0 tot en met 1 zijn (85 % is 0,85)",
    ),
    "share below zero": (
        ["GM9001", "2024", "abandonment", "-0,1"],
        "'-0,1' lies outside 0-1",
        "deze waarde moet van 0 tot en met 1 zijn",
    ),
    "typed survey figure": (
        ["GM9001", "2024", "overall_grade", "7,1"],
        "row 3, column 'kpi': 'overall_grade' is computed from the answers of survey omnichannel",
        "deze KPI komt uit de enquête en kan niet worden ingevuld",
    ),
    "typed staff figure": (
        ["GM9001", "2024", "repeat_contacts", "1,1"],
        "'repeat_contacts' is computed from the answers of survey kcc_staff",
        "deze KPI komt uit de enquête en kan niet worden ingevuld",
    ),
    "duplicate": (
        ["GM9001", "2024", "service_level", "0,86"],
        "row 3, column 'kpi': 'service_level' was given before for GM9001 and 2024, in row 2",
        "deze waarde voor GM9001 en 2024 staat ook in rij 2",
    ),
    "no period": (
        ["GM9001", "vorig jaar", "abandonment", "0,05"],
        "row 3, column 'periode': 'vorig jaar' is no period",
        "dit is geen periode. Schrijf 2024, 2024-Q1 of 2024-01",
    ),
}


@pytest.fixture
def places(tmp_path: Path, one_worker: None) -> Places:
    places = places_in(tmp_path)
    places.inbox.mkdir()
    return places


def deliver(places: Places, rows: list[list[str]], name: str = FILE) -> Path:
    path = places.inbox / name
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=";").writerows(
            [HEADER, *([*r, *[""] * (5 - len(r))] for r in rows)]
        )
    return path


def landed(places: Places) -> list[tuple]:
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        ledger_agrees(connection)
        return connection.execute(
            "select municipality, period, kpi_code, value from raw.kpi_values order by all"
        ).fetchall()


@pytest.mark.parametrize(
    ("unit", "value", "said"),
    [
        (Unit("stars", 1, 5, False), "5,5", ("1-5", "van 1 tot en met 5")),
        (Unit("degrees", None, 40, False), "41", ("40 or less", "40 of lager")),
        (Unit("degrees", None, 40, False), "-12", None),
        (Unit("balance", None, None, False), "-1000", None),
    ],
)
def test_a_unit_of_the_codebook_has_its_own_range(unit, value, said):
    problems = list(_of_value(1, value, unit, is_settled=False))
    assert len(problems) == (0 if said is None else 1)
    for problem in problems:
        assert f"lies outside {said[0]}, the range of a {unit.name}" in problem.en
        assert said[1] in problem.nl


@pytest.mark.parametrize(
    ("unit", "value", "is_settled", "is_read"),
    [
        (Unit("seconds", 0, None, False), "1.234", False, False),
        (Unit("seconds", 0, None, False), "1,234", False, False),
        (Unit("seconds", 0, None, False), "12.345", True, True),
        (Unit("seconds", 0, None, False), "1.23", False, True),
        (Unit("seconds", 0, None, False), "1234.567", False, True),
        (Unit("balance", None, None, False), "-1.234", False, False),
        (Unit("grade", 1, 10, False), "7.654", False, True),
        (Unit("share", 0, 1, True), "0.853", False, True),
    ],
)
def test_what_may_be_thousands_is_not_guessed(unit, value, is_settled, is_read):
    """Of three decimals and of a separator before three digits; a unit may allow only one."""
    problems = list(_of_value(1, value, unit, is_settled=is_settled))
    assert (not problems) is is_read
    for problem in problems:
        whole = value.replace(".", "").replace(",", "")
        assert f"may be {whole}" in problem.en
        assert f"Schrijf {whole} of {value}0" in problem.nl


@pytest.mark.parametrize(("beside", "number"), [("0,85", 1234), ("0.85", 1.234), ("1", None)])
def test_another_value_shows_what_stands_between_thousands(tmp_path, beside, number):
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS, seeds)
    file = seeds / "kpi_definitions.csv"
    definitions = list(csv.reader(file.read_text().splitlines()))
    for row in definitions:
        row[4] = "seconds" if row[0] == "abandonment" else row[4]
    with file.open("w", newline="") as handle:
        csv.writer(handle).writerows(definitions)
    places = places_in(tmp_path, seeds)
    places.inbox.mkdir()
    deliver(places, [[*GOOD[:3], beside], ["GM9001", "2024", "abandonment", "1.234"]])
    run = here("land", *options(places))
    if number is None:
        assert "'1.234' may be 1234, or a number with three decimals" in run.stderr
    else:
        assert {kpi: float(value) for *_, kpi, value in landed(places)}["abandonment"] == number


@pytest.mark.parametrize("fault", REFUSED)
def test_a_value_that_cannot_be_used_sets_the_whole_file_aside(places, fault):
    row, english, dutch = REFUSED[fault]
    deliver(places, [GOOD, row])
    run = here("land", *options(places))
    assert run.returncode == 3
    assert english in run.stderr
    assert f"{FILE}, row 3" in run.stderr
    assert landed(places) == []
    reasons = places.inbox / "rejected" / f"{FILE}.reden.txt"
    assert dutch in reasons.read_text()
    assert (places.inbox / "rejected" / FILE).exists()


def test_a_kpi_without_a_norm_is_refused(places, tmp_path):
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS, seeds)
    text = (seeds / "kpi_definitions.csv").read_text()
    (seeds / "kpi_definitions.csv").write_text(
        text.replace(",higher_is_better,0.8,", ",higher_is_better,,")
    )
    deliver(places, [GOOD])
    run = peil("land", *options(places_in(tmp_path, seeds)))
    assert run.returncode == 3
    assert "row 2, column 'kpi': 'service_level' has no norm in kpi_definitions.csv" in run.stderr
    reasons = (places.inbox / "rejected" / f"{FILE}.reden.txt").read_text()
    assert "voor deze KPI is geen norm afgesproken" in reasons


def test_every_fault_is_named_at_once_and_long_lists_end(places):
    deliver(
        places, [["GM0000", "2024", "abandonment", "85%"], *[["GM9001", "2024", "x", "1"]] * 30]
    )
    run = here("land", *options(places))
    assert "'GM0000' is not in" in run.stderr
    assert "'85%' is a percentage as text. Write the share 0.85" in run.stderr
    assert "more." in run.stderr
    assert run.stderr.count("is not in kpi_definitions.csv") < 30


def test_decimal_comma_point_and_excel_land_the_same(places):
    rows = [
        GOOD,
        ["GM9001", "2023", "service_level", "0,8"],
        ["GM9002", "2024", "abandonment", "1"],
    ]
    deliver(places, rows)
    assert here("land", *options(places)).returncode == 0
    with_commas = landed(places)
    assert with_commas == [
        ("GM9001", "2023", "service_level", "0.8"),
        ("GM9001", "2024", "service_level", "0.85"),
        ("GM9002", "2024", "abandonment", "1"),
    ]
    deliver(places, [[*row[:3], row[3].replace(",", ".")] for row in rows])
    assert "1 landed" in here("land", *options(places)).stdout
    assert landed(places) == with_commas
    (places.inbox / FILE).unlink()
    places.warehouse.unlink()
    frame = pd.DataFrame([[*row, ""][:5] for row in rows], columns=HEADER)
    frame["waarde"] = frame["waarde"].str.replace(",", ".").astype(float)
    frame["periode"] = frame["periode"].astype(int)
    frame.to_excel(places.inbox / "kpi_2024.xlsx", index=False)
    run = here("land", *options(places))
    assert run.returncode == 0, run.stderr
    assert [row[:3] for row in landed(places)] == [row[:3] for row in with_commas]
    assert [float(row[3]) for row in landed(places)] == [float(row[3]) for row in with_commas]


def test_a_correction_replaces_and_a_second_file_may_not_repeat(places):
    deliver(places, [GOOD])
    assert here("land", *options(places)).returncode == 0
    deliver(places, [[*GOOD[:3], "0,9"]])
    assert here("land", *options(places)).returncode == 0
    assert landed(places) == [("GM9001", "2024", "service_level", "0.9")]
    deliver(places, [GOOD], "kpi_2024_nogmaals.csv")
    run = here("land", *options(places))
    assert run.returncode == 3
    assert f"was given before for GM9001 and 2024, in {FILE}" in run.stderr
    assert landed(places) == [("GM9001", "2024", "service_level", "0.9")]


@pytest.fixture(scope="module")
def delivered(deliveries) -> pd.DataFrame:
    """The demo's KPI file as it was written."""
    return pd.read_csv(deliveries / FILE, sep=";", decimal=",", dtype={"periode": str})


@pytest.fixture(scope="module")
def scorecard(published: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    rows = published.sql("select * from marts.kpi_scorecard").df()
    return rows.set_index(["kpi_code", "segment_value"]).sort_index()


def test_survey_kpis_equal_estimates(published):
    """Every figure of a survey in the scorecard is that of marts.estimates, to the last digit."""
    rows = published.sql(
        "select kpi_code, k.value, e.estimate, k.ci_low, e.ci_low, k.ci_high, e.ci_high, "
        "k.n_observations, e.n_answers, k.is_withheld, e.is_withheld from marts.kpi_scorecard k "
        f"inner join '{SEEDS / 'kpi_definitions.csv'}' d using (kpi_code) "
        "inner join marts.estimates e on e.survey_code = k.survey_code "
        "and e.wave_code = k.wave_code and e.segment_code = k.segment_code "
        "and e.segment_value = k.segment_value and e.question_code = d.question_code "
        "and e.statistic = d.statistic and e.option_code is not distinct from d.option_code "
        "where e.is_default_scheme"
    ).fetchall()
    assert {row[0] for row in rows} == {
        "digital_share", "status_insufficient", "repeat_contacts", "overall_grade",
    }  # fmt: skip
    assert len(rows) == 4 * (1 + 2 + 29)
    for _, *pairs in rows:
        assert pairs[::2] == pairs[1::2]


def test_measured_kpis_are_means_over_municipalities(scorecard, delivered, published):
    takes_part = dict(
        published.sql(
            "select municipality_code, group_code from marts.dim_municipalities "
            "where survey_code = 'omnichannel'"
        ).fetchall()
    )
    now = delivered[delivered["periode"] == "2024"]
    for kpi, part in now.groupby("kpi"):
        for group in ("total", "participant", "non_participant"):
            own = part if group == "total" else part[part["gemeente"].map(takes_part) == group]
            values, row = own["waarde"], scorecard.loc[kpi, group]
            half = t.ppf(0.975, len(values) - 1) * values.std() / np.sqrt(len(values))
            assert row["n_observations"] == len(values)
            assert row["value"] == pytest.approx(values.mean(), abs=1e-11)
            assert row["ci_low"] == pytest.approx(max(0, values.mean() - half), abs=1e-9)
            assert row["ci_high"] == pytest.approx(min(1, values.mean() + half), abs=1e-9)
        for one in part.itertuples():
            row = scorecard.loc[kpi, one.gemeente]
            assert row["value"] == one.waarde
            assert pd.isna(row["ci_low"])
            assert row["verdict"] in {"met", "not_met"}


def test_change_is_that_of_the_file(scorecard, delivered):
    wide = delivered.pivot(index=["kpi", "gemeente"], columns="periode", values="waarde")
    for (kpi, municipality), row in wide.iterrows():
        found = scorecard.loc[kpi, municipality]
        assert (found["period"], found["previous_period"]) == ("2024", "2023")
        assert found["previous_value"] == row["2023"]
        up = (row["2024"] > row["2023"]) == (found["direction"] == "higher_is_better")
        same = row["2024"] == row["2023"]
        assert found["trend"] == ("same" if same else "better" if up else "worse")


def test_difference_of_groups_stands_on_the_total(scorecard, published):
    (effect,) = published.sql(
        "select difference, ci_low, ci_high from marts.contrast_effects where "
        "is_default_scheme and question_code = 'overall_grade' and statistic = 'mean'"
    ).fetchall()
    total = scorecard.loc["overall_grade", "total"]
    columns = ["difference", "difference_ci_low", "difference_ci_high"]
    assert tuple(total[columns]) == effect
    gap = scorecard.loc["abandonment", "participant"]["value"]
    gap -= scorecard.loc["abandonment", "non_participant"]["value"]
    assert scorecard.loc["abandonment", "total"]["difference"] == pytest.approx(gap, abs=1e-11)
    others = scorecard[scorecard["segment_code"] != "total"]
    assert others[columns].isna().all(axis=None)


def test_nothing_stands_beside_a_withheld_kpi(scorecard):
    withheld = scorecard[scorecard["is_withheld"]]
    assert len(withheld) > 10
    hidden = ["value", "ci_low", "ci_high", "n_observations", "verdict", "trend"]
    hidden += ["previous_value", "difference", "verdict_label_nl", "trend_label_nl"]
    assert withheld[hidden].isna().all(axis=None)
    assert withheld[["withheld_label_nl", "withheld_label_en"]].notna().all(axis=None)


def test_kpis_say_that_they_are_examples_and_every_verdict_occurs(scorecard):
    assert scorecard["is_example"].all()
    assert set(scorecard["verdict"].dropna()) == {"met", "not_met", "undecided"}
    assert scorecard.loc[scorecard["verdict"].notna(), "verdict_label_nl"].notna().all()
    assert scorecard["segment_label_nl"].notna().all()
