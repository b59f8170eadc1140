"""Landing as a user meets it: what lands, what changes nothing, what is refused and why."""

import csv
import shutil

import duckdb
import pandas as pd
import pytest
from conftest import here, options, peil, places_in
from peil.settings import PROJECT

SEEDS = PROJECT / "seeds"
LEDGER = (
    "select file_name, sha256, source_code, n_rows, n_cells, landed_at, status "
    "from raw.deliveries order by file_name, landed_at"
)


@pytest.fixture
def places(tmp_path, deliveries):
    places = places_in(tmp_path)
    shutil.copytree(deliveries, places.inbox)
    return places


@pytest.fixture(scope="module")
def once_landed(tmp_path_factory, deliveries):
    """The six files after one landing. Do not change it."""
    places = places_in(tmp_path_factory.mktemp("landed"))
    shutil.copytree(deliveries, places.inbox)
    first = peil("land", *options(places))
    assert first.returncode == 0, first.stderr
    assert "6 landed" in first.stdout
    return places


@pytest.fixture
def landed(once_landed, tmp_path):
    """A copy of what landed, to land in again."""
    return places_in(shutil.copytree(once_landed.inbox.parent, tmp_path, dirs_exist_ok=True))


def query(places, sql):
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_six_deliveries_land_and_a_second_time_changes_nothing(landed):
    places = landed
    ledger = query(places, LEDGER)
    rows = query(places, "select count(*), sum(hash(columns(*))) from raw.answers")
    assert {row[2] for row in ledger} == {
        "burgerpanel", "gemeentekanalen", "participatieplatform", "bevolking", "medewerkers",
        "kpi_cijfers",
    }  # fmt: skip
    second = peil("land", *options(places))
    assert "0 landed, 6 unchanged" in second.stdout
    assert query(places, LEDGER) == ledger
    assert query(places, "select count(*), sum(hash(columns(*))) from raw.answers") == rows


def test_the_ledger_counts_what_the_files_hold(once_landed):
    places = once_landed
    with (places.inbox / "gemeentekanalen_2024.csv").open(encoding="utf-8-sig", newline="") as f:
        rows = list(csv.DictReader(f, delimiter=";"))
    (n_rows, n_cells, n_open, n_identifiers) = query(
        places,
        "select n_rows, n_cells, n_open_answers, n_identifier_cells from raw.deliveries "
        "where source_code = 'gemeentekanalen'",
    )[0]
    assert n_rows == len(rows)
    filled = sum(bool(value) for row in rows for value in row.values())
    assert n_cells + n_open + n_identifiers == filled
    assert n_identifiers == 2 * len(rows)  # ipaddr and refurl


def test_identifiers_and_respondent_numbers_are_not_stored(once_landed):
    places = once_landed
    stored = query(
        places,
        "select count(*) from raw.answers where value like '%voorbeeld.invalid%' "
        "or value like '192.0.2.%' "
        "or column_name in ('ipaddr', 'E-mailadres', 'IPAddress', 'RecipientEmail')",
    )
    assert stored == [(0,)]
    numbers = query(
        places,
        "select count(*), count(*) filter (where length(value) != 32) from raw.answers "
        "where column_name in ('respondent', 'id', 'Nummer', 'ResponseId')",
    )[0]
    assert numbers[0] > 3900
    assert numbers[1] == 0


def test_a_corrected_file_replaces_its_predecessor(landed):
    places = landed
    path = places.inbox / "participatieplatform_2024.xlsx"
    frame = pd.read_excel(path, engine="calamine", dtype=str, keep_default_na=False)
    frame.head(100).to_excel(path, index=False)
    again = peil("land", *options(places))
    assert "1 landed, 5 unchanged" in again.stdout
    assert query(
        places,
        "select status, n_rows from raw.deliveries where source_code = 'participatieplatform' "
        "order by landed_at",
    )[1:] == [("landed", 100)]
    rows = query(
        places,
        "select count(distinct row_number) from raw.answers inner join raw.deliveries "
        "using (delivery_key) where source_code = 'participatieplatform'",
    )
    assert rows == [(100,)]


def test_a_file_without_a_bound_column_is_set_aside_and_the_rest_lands(places):
    path = places.inbox / "gemeentekanalen_2024.csv"
    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame.drop(columns="G01Q02").to_csv(path, sep=";", index=False)
    run = peil("land", *options(places))
    assert run.returncode == 3
    assert "gemeentekanalen_2024.csv: column 'G01Q02' is missing" in run.stderr
    assert "bindings.csv" in run.stderr
    assert query(places, "select count(*) from raw.deliveries where status = 'landed'") == [(5,)]
    (reason,) = query(places, "select reason from raw.deliveries where status = 'rejected'")[0]
    assert "G01Q02" in reason


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("burgerpanel_2024.sav", b"not spss", "burgerpanel_2024.sav: cannot be read as SPSS"),
        ("participatieplatform_2024.xlsx", b"PK broken", "cannot be read as an Excel workbook"),
        ("gemeentekanalen_2024.csv", b"", "row 1 holds no column names"),
        (
            "gemeentekanalen_2024.csv",
            b'"id";"id"\r\n',
            "the name 'id' stands there twice",
        ),
        ("bevolking_2024.csv", "gemeente;leeftijd\nGM1;é\n".encode("cp1252"), "is not utf-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(empty_places, one_worker, name, content, message):
    (empty_places.inbox / name).write_bytes(content)
    run = here("land", *options(empty_places))
    assert run.returncode == 3
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_an_empty_inbox_says_what_to_put_in_it(empty_places):
    run = here("land", *options(empty_places))
    assert run.returncode == 2
    assert "nothing to land here" in run.stderr
    assert "burgerpanel_2024*.sav" in run.stderr


@pytest.mark.parametrize(
    ("left", "exit_code", "message"),
    [
        (["bevolking_2024.csv"], 2, "no answers of people have landed"),
        (["kpi_2024.csv", "medewerkers_2024.csv"], 3, "Export it again"),
    ],
)
def test_a_night_without_answers_says_why_and_builds_nothing(
    places, one_worker, left, exit_code, message
):
    """A build would say, after all its steps, that nobody can be weighted."""
    for file in places.inbox.iterdir():
        if file.name not in left:
            file.unlink()
    for file in places.inbox.glob("medewerkers*"):
        file.write_text("x;y\n1;2\n", encoding="utf-8")
    run = here("nightly", *options(places))
    assert run.returncode == exit_code
    assert message in run.stderr.strip().splitlines()[-1]
    assert "steps" not in run.stderr
    assert not places.published_file.exists()


def test_an_inbox_that_is_not_there_is_named(tmp_path):
    run = here("land", *options(places_in(tmp_path)))
    assert run.returncode == 2
    assert "inbox" in run.stderr
    assert "PEIL_INBOX" in run.stderr


def test_seeds_that_are_not_there_are_named(tmp_path):
    run = here("land", *options(places_in(tmp_path, seeds=tmp_path / "elsewhere")))
    assert run.returncode == 2
    assert "elsewhere: no sources.csv here" in run.stderr


def test_a_warehouse_in_use_is_named(empty_places):
    empty_places.warehouse.parent.mkdir()
    with duckdb.connect(str(empty_places.warehouse)):
        run = peil("land", "--wait", "0", *options(empty_places))
    assert run.returncode == 2
    assert "in use by process" in run.stderr


def test_unknown_codes_are_rejected_with_file_row_column_and_value(demo, warehouse):
    messages = [
        row[0]
        for row in warehouse.execute(
            "select message from staging.stg_rejected_values where question_code = 'overall_grade'"
        ).fetchall()
    ]
    assert messages
    assert all("column" in m and "Row" in m and "code_fixes.csv" in m for m in messages)
    assert any("burgerpanel_2024.sav" in m and "value '55'" in m for m in messages)


def test_the_response_overview_accounts_for_every_dirty_row(published):
    steps = dict(
        published.sql(
            "select step_code, n_rows from marts.response_overview where source_code = 'all'"
        ).fetchall()
    )
    assert steps.pop("received") == sum(steps.values())
    assert steps == {
        "duplicate": 33, "test": 10, "incomplete": 77, "outside_fieldwork": 12,
        "unknown_municipality": 18, "excluded_by_rule": 0, "eligible": 3944,
    }  # fmt: skip
