"""What lands of files with one wrong value: that value is rejected with its place, the rest lands.

The seeds are those of the reference survey `small`, with a submission date and a text for missing.
"""

import shutil

import duckdb
import pandas as pd
import pyreadstat
import pytest
from peil import memory
from peil.landing import land, receive, run
from small_survey import REFERENCE, add, deliver, edit, rows_of, small_places


@pytest.fixture
def places(tmp_path, one_worker):
    """The reference survey with a column `sent` for the moment of submission."""
    places = small_places(tmp_path)
    add(
        places.seeds, "bindings",
        {"source_code": "small", "source_column": "sent", "binding": "metadata",
         "field": "submitted_at"},
    )  # fmt: skip
    return places


def dated(day="2000-05-03", bad=None):
    """The rows of the reference survey, the fortieth with another date."""
    rows = rows_of(REFERENCE / "small_survey.csv")
    return [{**row, "sent": bad if bad and i == 39 else day} for i, row in enumerate(rows)]


def query(places, sql):
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def rejects(places):
    return query(
        places, "select row_number, column_name, value, reason, stage from raw.rejects order by all"
    )


@pytest.mark.parametrize(
    ("day", "bad"),
    [
        ("2000-05-03", "2000-02-31"), ("23-05-2000 10:00", "31-02-2000 10:00"),
        ("2000-05-03", "onbekend"), ("2000-05-03", "20005-05-03"),
    ],
)  # fmt: skip
def test_one_impossible_submission_date_is_rejected_and_the_rest_lands(places, day, bad):
    deliver(places, dated(day, bad))
    landed = land(places)
    assert landed.landed == ["small_survey.csv"]
    ((row, column, value, reason, stage),) = rejects(places)
    assert (row, column, stage) == (40, "sent", "door")
    assert value.removesuffix("?") == bad
    assert "date" in reason
    ((n_rows, n_rejects),) = query(places, "select n_rows, n_rejects from raw.deliveries")
    assert (n_rows, n_rejects) == (90, 1)
    assert "row 40" in str(landed.warnings)
    # Who sent in answers on an unknown day did send them in: staging asks for a filled cell.
    ((cell,),) = query(
        places, "select value from raw.answers where column_name = 'sent' and row_number = 40"
    )
    assert query(places, f"select try_cast('{cell}' as timestamp)") == [(None,)]


def test_a_column_of_unreadable_dates_is_another_file(places):
    rows = [{**row, "sent": "vorige week"} for row in dated()]
    deliver(places, rows)
    assert "small_survey.csv" in land(places).rejected


def as_sav(places, frame, **settings):
    edit(
        places.seeds, "sources",
        lambda rows: [
            {**row, "file_pattern": "*.sav", "file_format": "sav", "delimiter": "", "encoding": ""}
            for row in rows
        ],
    )  # fmt: skip
    pyreadstat.write_sav(frame, str(places.inbox / "small.sav"), **settings)


def test_one_impossible_date_of_spss_is_rejected_and_the_rest_lands(places):
    frame = pd.DataFrame(dated()).drop(columns="sent")
    frame["grade"] = pd.to_numeric(frame["grade"])
    frame["sent"] = 13_176_000_000.0
    frame.loc[39, "sent"] = 6_300_000_000_000.0
    as_sav(places, frame, variable_format={"sent": "DATE11"})
    landed = land(places)
    assert landed.landed == ["small.sav"], landed.rejected
    ((row, column, value, _, _),) = rejects(places)
    assert (row, column) == (40, "sent")
    assert value.startswith("201221-11-01")


def with_missing(places, frame, missing):
    as_sav(places, frame.drop(columns="sent"), missing_ranges=missing)
    edit(
        places.seeds, "bindings", lambda rows: [r for r in rows if r["source_column"] != "sent"]
    )  # fmt: skip


@pytest.mark.parametrize("is_declared", [True, False])
def test_text_that_spss_calls_missing_is_no_answer(places, is_declared):
    """Declared in missing_codes.csv it has its reason; else it is rejected, though an option."""
    frame = pd.DataFrame(dated())
    frame["grade"] = pd.to_numeric(frame["grade"])
    frame.loc[[3, 5], "channel"] = "Z"
    add(
        places.seeds, "options",
        {"option_set_code": "small_channel", "option_code": "Z", "label_nl": "Onbekend",
         "label_en": "Unknown", "value_number": 9, "sort_order": 9},
    )  # fmt: skip
    if is_declared:
        add(
            places.seeds, "missing_codes",
            {"option_set_code": "small_channel", "answer_code": "Z", "missing_reason": "refused",
             "label_nl": "Onbekend ", "label_en": "Unknown"},
        )  # fmt: skip
    with_missing(places, frame, {"channel": ["Z"]})
    landed = land(places)
    assert landed.landed == ["small.sav"], landed.rejected
    found = [(row, column, value) for row, column, value, *_ in rejects(places)]
    assert found == ([] if is_declared else [(4, "channel", "Z"), (6, "channel", "Z")])
    assert query(places, "select column_name, value from raw.user_missing") == [("channel", "Z")]


@pytest.mark.parametrize(("mark", "is_number"), [(".", False), (",", True), ("", True)])
def test_a_comma_is_decimal_unless_the_source_declares_a_point(places, mark, is_number):
    edit(
        places.seeds, "sources",
        lambda rows: [{**row, "decimal_mark": mark, "delimiter": ";"} for row in rows],
    )  # fmt: skip
    rows = [{**row, "grade": "3,6" if i == 7 else row["grade"]} for i, row in enumerate(dated())]
    pd.DataFrame(rows).to_csv(places.inbox / "small_survey.csv", sep=";", index=False)
    assert land(places).landed == ["small_survey.csv"]
    found = [(row, value, reason) for row, _, value, reason, _ in rejects(places)]
    assert found == ([] if is_number else [(8, "3,6", "not a number")])


def test_a_warehouse_from_before_texts_were_missing_takes_the_step(places):
    deliver(places, dated())
    land(places)
    with duckdb.connect(str(places.warehouse)) as connection:
        connection.execute("alter table raw.user_missing drop column value")
        connection.execute("delete from raw.schema_versions where schema_version > 1")
    shutil.copy(places.inbox / "small_survey.csv", places.inbox / "small_survey_2.csv")
    land(places)
    assert query(places, "select count(value) from raw.user_missing") == [(0,)]


def test_after_a_file_that_the_gate_refuses_the_next_one_lands(places):
    """What was read of the codebook for the first was rolled back with it."""
    edit(
        places.seeds, "sources",
        lambda rows: [{**row, "file_pattern": "small_survey*.csv"} for row in rows],
    )  # fmt: skip
    deliver(places, [{**row, "grade": "zzz"} for row in dated()])
    (places.inbox / "small_survey.csv").rename(places.inbox / "small_survey-0.csv")
    deliver(places, dated())
    landed = land(places)
    assert list(landed.rejected) == ["small_survey-0.csv"]
    assert landed.landed == ["small_survey.csv"]


@pytest.mark.parametrize("can_widen", [True, False])
def test_a_file_that_runs_out_of_memory_begins_again_with_more(
    places, monkeypatch, caplog, can_widen
):
    monkeypatch.setattr(run, "AT_LEAST", 8 * memory.MIB)
    monkeypatch.setattr(receive, "FIXED", 0)
    monkeypatch.setattr("peil.memory.log.propagate", True)
    monkeypatch.setattr("peil.landing.run.log.propagate", True)
    if not can_widen:
        monkeypatch.setattr(memory.Memory, "can_widen", False)
    deliver(places, [{**row, "id": str(i)} for i, row in enumerate(dated() * 60)])
    with caplog.at_level("INFO", "peil"):
        landed = land(places)
    assert landed.landed == (["small_survey.csv"] if can_widen else [])
    said = "small_survey.csv: needs more memory than usual" if can_widen else "run again with more"
    assert said in caplog.text


def test_a_large_file_has_memory_by_its_rows(places, monkeypatch):
    asked = []
    monkeypatch.setattr(memory.Memory, "allow", lambda _, n_bytes: asked.append(n_bytes))
    monkeypatch.setattr(receive, "FIXED", 16 << 40)
    deliver(places, dated())
    assert land(places).landed
    assert max(asked) == (16 << 40) + 90 * receive.PER_ROW
