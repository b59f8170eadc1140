"""A population at the door: people are read as they were meant, or the file is set aside."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pandas as pd
import pytest
from conftest import here, options, places_in
from peil.codebook.sources import read_rows
from peil.errors import DeliveryRejectedError
from peil.landing import land
from peil.landing.residents import FIELDS, check_residents
from peil.migrations import migrate
from peil.nights.plan import for_database
from peil.nights.plans import plan_of
from peil.readers import INCOMING
from peil.settings import PROJECT
from peil.warehouse import read_warehouse

SEEDS = PROJECT / "seeds"
HERE, THERE = [row["municipality_code"] for row in read_rows(SEEDS / "municipalities.csv")][:2]
ABROAD = "GM0003"


@pytest.fixture
def connection():
    connection = duckdb.connect()
    migrate(connection)
    return connection


def checked(connection, rows, *, seeds: Path = SEEDS, name: str = "new.csv") -> list[tuple]:
    """The rows as they are stored."""
    survey = next(iter(read_rows(SEEDS / "surveys.csv")))["survey_code"]
    cells = ", ".join(f"({i}, ?, ?, ?, ?)" for i in range(1, len(rows) + 1))
    connection.execute(
        f"create or replace table {INCOMING} as from (values {cells}) "
        f"as given(row_number, {', '.join(FIELDS)})",
        [cell for row in rows for cell in row],
    )
    source = SimpleNamespace(survey_code=survey, wave_code="2024", columns_of=lambda field: [field])
    delivery = SimpleNamespace(source=source, path=Path(name))
    check_residents(connection, delivery, SimpleNamespace(seeds=seeds))
    return connection.execute(
        f"select {', '.join(FIELDS)} from {INCOMING} order by row_number"
    ).fetchall()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["495", "1.234", "12.345.678"], ["495", "1234", "12345678"]),
        (["1,495", "1,234"], ["1495", "1234"]),
        (["1 495", "1\u00a0234", "7"], ["1495", "1234", "7"]),
        (["495.000", "1234.000", "1.000"], ["495", "1234", "1"]),
        (["495,000", "234,000"], ["495", "234"]),
        (["12,5", "7.0", "0"], ["12.5", "7", "0"]),
        (["1234", "495"], ["1234", "495"]),
    ],
)  # fmt: skip
def test_numbers_are_people_whatever_stands_between_their_digits(connection, given, read):
    rows = [(HERE, "M", str(age), number) for age, number in enumerate(given)]
    assert [row[-1] for row in checked(connection, rows)] == read


@pytest.mark.parametrize("wrong", [
    "-511", "onbekend", "", None, "0,495", "0,6", "12.3", "1e3", "0.0275", "1.234", "1,234",
])  # fmt: skip
def test_what_is_no_number_of_people_is_refused_with_its_row(connection, wrong):
    """Thousands, shares and texts; and a point before three digits beside a number without one."""
    rows = [(HERE, "M", "1", "1234"), (HERE, "V", "1", wrong)]
    with pytest.raises(DeliveryRejectedError) as refused:
        checked(connection, rows)
    assert f"new.csv, row 3, column 'population': '{wrong or ''}' is no number" in str(
        refused.value
    )
    assert "not thousands" in str(refused.value)
    assert "Rij 3" in refused.value.nl[0]


def test_ages_are_read_as_statistics_offices_write_them(connection):
    given = ["0 jaar", "95 jaar of ouder", "99+", "100", "7.0", "5 years", "104 and older"]
    rows = [(HERE, "M", age, "10") for age in given]
    ages = [row[2] for row in checked(connection, rows)]
    assert ages == ["0", "95", "99", "100", "7", "5", "104"]


@pytest.mark.parametrize("wrong", ["20 tot 25 jaar", "18-29", "10000", "Totaal", "1984", "", "7.5"])
def test_what_is_no_year_of_age_is_refused(connection, wrong):
    with pytest.raises(DeliveryRejectedError, match=r"row 2, column 'age': '.*' is no age"):
        checked(connection, [(HERE, "M", wrong, "10"), (HERE, "V", "3", "10")])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("M", "1", "12"), ("V", "1", "13"), ("T", "1", "25")],
         "row 4, column 'gender': 'T' is not in population_codes.csv"),
        ([("M", "1", "12"), ("M", "1", "13")], "was given before .* in row 2"),
        ([("M", "95", "12"), ("M", "96", "3"), ("M", "95 jaar of ouder", "15")],
         "row 4, column 'age': '95 jaar of ouder' was given before .* in row 2"),
        ([("M", "1", "12"), ("V", "1", "13"), ("", "", "25")], "row 4, .* is a row of totals"),
    ],
)  # fmt: skip
def test_nobody_counts_twice(connection, rows, said):
    with pytest.raises(DeliveryRejectedError, match=said):
        checked(connection, [(HERE, *row) for row in rows])


def test_a_total_is_seen_where_no_codes_of_gender_are_known(connection, tmp_path):
    """A survey that does not divide by gender has none, and would add the total to its parts."""
    for file in ("municipalities.csv", "attributes.csv"):
        (tmp_path / file).write_bytes((SEEDS / file).read_bytes())
    (tmp_path / "population_codes.csv").write_text("attribute_code,population_value,level_code\n")
    cells = [(place, age) for place in (HERE, THERE) for age in "12"]
    parts = [(place, sex, age, str(n)) for place, age in cells for sex, n in (("1", 5), ("2", 7))]
    assert len(checked(connection, parts, seeds=tmp_path)) == 8
    totals = [(place, "0", age, "12") for place, age in cells]
    with pytest.raises(DeliveryRejectedError, match="row 10, column 'gender': '0' is the sum"):
        checked(connection, [*parts, *totals], seeds=tmp_path)


def test_totals_alone_and_other_municipalities_are_left_as_they_are(connection):
    totals = [(HERE, "", "", "1.200"), (THERE, "", "", "900"), (ABROAD, "", "", "x")]
    assert checked(connection, totals) == [
        (HERE, "", "", "1200"), (THERE, "", "", "900"), (ABROAD, "", "", "x")
    ]  # fmt: skip
    country = [(ABROAD, "M", "1", None), (ABROAD, "M", "1 jaar", "1.007"), (HERE, "M", "1", "3")]
    wanted = [(ABROAD, "M", "1", None), (ABROAD, "M", "1", "1007"), (HERE, "M", "1", "3")]
    assert checked(connection, country) == wanted, "the codebook may get that municipality"


def test_a_file_of_other_places_is_refused(connection):
    with pytest.raises(DeliveryRejectedError, match=f"'0363'; .* codes such as {HERE}"):
        checked(connection, [("0363", "M", "1", "10")])


@pytest.mark.night
def test_what_another_file_gave_for_the_wave_is_not_added_to_it(tmp_path):
    """A second file may have other municipalities, and a corrected one replaces its own."""
    places = places_in(tmp_path)
    places.inbox.mkdir()
    sources = read_rows(SEEDS / "sources.csv")
    pattern = next(r["file_pattern"] for r in sources if r["kind"] == "population")
    columns = "gemeente;geslacht;leeftijd;inwoners"

    def deliver(**files: list[str]) -> dict:
        for name, rows in files.items():
            file = places.inbox / pattern.replace("*", f"_{name}")
            file.write_text("\n".join((columns, *rows)) + "\n")
        land(places)
        with read_warehouse(places.warehouse) as warehouse:
            return dict(warehouse.execute(
                "select region_code, sum(n_residents::double) from raw.population group by all"
            ).fetchall())  # fmt: skip

    found = deliver(a=[f"{HERE};M;1;10"], b=[f"{THERE};M;1;1.010", f"{THERE};M;2;7"])
    assert found == {HERE: 10, THERE: 1017}
    assert deliver(a=[f"{HERE};M;1;11"], c=[f"{HERE};M;01;12"]) == {HERE: 11, THERE: 1017}
    with read_warehouse(places.warehouse) as warehouse:
        ((said,),) = warehouse.execute(
            "select reason from raw.deliveries where status = 'rejected'"
        ).fetchall()
    assert f"in {pattern.replace('*', '_a')}" in said


def code_of(name: str, folder: Path) -> str:
    """The query of a model, or the one that finds what a test of data stops a night for."""
    (step,) = (step for step in plan_of(SEEDS, folder).steps if step.name == name)
    return for_database(step.code, "memory")


@pytest.mark.night
def test_more_people_than_live_there_are_told(tmp_path):
    """Of a municipality and of all together; not of a level that people say and no register has."""
    code = code_of("assert_no_more_answer_than_live_there", tmp_path)
    connection = duckdb.connect()
    connection.execute(
        "create schema codebook; create schema weighted; create schema estimates;"
        "create table codebook.attributes as from (values ('s', 'place', 'region'), "
        "('s', 'gender', 'question'), ('s', 'education', 'question')) "
        "as told(survey_code, attribute_code, kind);"
        "create table weighted.wgt_population_levels as select 's' as survey_code, "
        "'1' as wave_code, unnest(['gender', 'place', 'place']) as attribute_code"
    )

    def told(*levels: tuple[str, str, int, float | None]) -> list[tuple]:
        frame = pd.DataFrame(  # noqa: F841 (read by DuckDB)
            levels, columns=["attribute_code", "level_code", "n_respondents", "population"]
        )
        connection.execute(
            "create or replace table estimates.est_sample_levels as "
            "select 's' as survey_code, '1' as wave_code, * from frame"
        )
        found = connection.query(code)
        return found.project("municipality_code, problem").fetchall()

    fine = (
        ("gender", "women", 9, 800.0), ("gender", "other", 12, 5.0), ("gender", "none", 990, None),
        ("education", "high", 21, 20.0), ("place", "GM1", 11, 400.0), ("place", None, 9, None),
        ("place", "GM2", 10, 10.0),
    )  # fmt: skip
    assert told(*fine) == []
    ((place, problem),) = told(*fine[:-1], ("place", "GM2", 10, 9.0))
    assert place == "GM2"
    assert problem.startswith("10 answered and 9 live there")
    ((place, problem),) = told(*fine[:-1], ("place", "GM2", 10, None), ("place", None, 3, None))
    assert place == "GM2"
    assert problem.startswith("10 answered and 0 live there")
    told_places = [place for place, _ in told(("place", "GM1", 5, 6.0), ("place", "GM2", 5, 3.0))]
    assert told_places == ["all together", "GM2"]


@pytest.mark.night
def test_a_cell_without_people_is_told_of_municipalities_of_the_survey(tmp_path):
    """Landed before numbers were looked at, or of one that the codebook got since."""
    connection = duckdb.connect()
    migrate(connection)
    connection.execute(
        "create schema staging; create schema codebook; create table codebook.municipalities as "
        "from (values ('s', 'GM1')) as known(survey_code, municipality_code);"
        "create table staging.stg_deliveries as from (values ('d', 's', '1'), ('e', 'free', '1')) "
        "as landed(delivery_key, survey_code, wave_code)"
    )
    for row, (key, place, number) in enumerate([
        ("d", "GM1", "1.234"), ("d", "GM1", "12,5"), ("d", "GM1", "7.0"), ("d", "GM1", None),
        ("d", "GM9", None), ("e", "GM9", "-3"),
    ]):  # fmt: skip
        connection.execute(
            "insert into raw.population (delivery_key, row_number, region_code, n_residents) "
            "values (?, ?, ?, ?)", [key, row, place, number]
        )  # fmt: skip
    code = code_of("stg_population", tmp_path)
    connection.execute(f"create table staging.stg_population as {code}")
    assert [n for (n,) in connection.execute(
        "select n_residents from staging.stg_population order by row_number"
    ).fetchall()] == [None, 12.5, 7, None, None, None]  # fmt: skip
    found = connection.query(code_of("assert_residents_are_numbers", tmp_path)).fetchall()
    assert [row[3] for row in found] == [5, 0, 3]


@pytest.mark.night
def test_margins_of_fewer_people_than_answered_are_told(tmp_path):
    """Totals of people; not shares, which say so, and not a scheme without margins."""
    code = code_of("assert_margins_hold_those_who_answered", tmp_path)
    connection = duckdb.connect()
    connection.execute(
        "create schema weighted; create table weighted.wgt_targets as from (values "
        "('s', '1', 'all'), ('s', '1', 'all'), ('shares', '1', 'all'), ('places', '1', 'GM1'), "
        "('places', '1', 'GM2'), ('few', '1', 'all')) as t(scheme_code, wave_code, group_value);"
        "create table weighted.wgt_weighting_diagnostics as from (values "
        "('s', '1', 'all', 90, 5.0, null), ('shares', '1', 'all', 90, 1.0, 'scaled_shares'), "
        "('given', '1', 'all', 90, 50.0, null), ('few', '1', 'all', 90, 90.0, null), "
        "('places', '1', 'GM1', 90, 800.0, null), ('places', '1', 'GM2', 90, 89.5, null)) "
        "as d(scheme_code, wave_code, group_value, n_respondents, population, margin_flag)"
    )
    found = connection.query(code).fetchall()
    assert [row[:3] for row in found] == [("places", "1", "GM2"), ("s", "1", "all")]
    assert found[1][3].startswith("90 answered and the margins add up to 5.0 people")


def test_the_check_of_a_codebook_says_it_before_a_night(tmp_path):
    """Of residents and KPIs; and of a copy of a table, which nobody reads."""
    seeds = shutil.copytree(SEEDS, tmp_path / "seeds")
    shutil.copy(seeds / "options.csv", seeds / "Kopie van options.csv")
    places = places_in(tmp_path, seeds)
    places.inbox.mkdir()
    people = places.inbox / "bevolking_2024.csv"
    people.write_text(f"gemeente;geslacht;leeftijd;inwoners\n{HERE};M;1;0,8\n")
    kpis = places.inbox / "kpi_2024.csv"
    kpis.write_text(f"gemeente;periode;kpi;waarde;herkomst\n{HERE};2024;service_level;85;x\n")
    run = here("codebook", "check", *options(places))
    assert run.returncode == 1
    assert "Kopie van options.csv: no table of a codebook is called so" in run.stdout
    assert "bevolking_2024.csv, row 2, column 'inwoners': '0,8' is no number" in run.stdout
    assert "kpi_2024.csv, row 2, column 'waarde': '85' lies outside 0-1" in run.stdout
    shutil.rmtree(tmp_path / "warehouse", ignore_errors=True)
    people.write_text(f"gemeente;geslacht;leeftijd;inwoners\n{HERE};M;1;1.008\n")
    kpis.unlink()
    (seeds / "Kopie van options.csv").unlink()
    assert here("codebook", "check", *options(places)).returncode == 0
