"""The small inputs beside the repository that went wrong once, each with what a user expects.

Inputs of our own for the same classes: test_reader_classes.py, test_landing_classes.py,
test_rake_files.py. What a draft makes of them: test_codebook.py and what stands beside it.
"""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import SHARED, shared
from peil.codebook import Source
from peil.errors import DeliveryRejectedError, PeilError
from peil.rake_files.job import Job
from peil.rake_files.run import rake_file
from peil.readers import INCOMING, read_delivery

# Records per file, counted by hand; a text is what its refusal says.
READ = {
    "blank_lines_at_end/t_blank2.csv": 60,
    "choose_at_most_two/m3.csv": 100,
    "choose_at_most_two/qmulti.csv": 300,
    "finished_labels/sdc.sav": 440,
    "header_line_break/t_hdr.csv": 60,
    "only_missings_labelled/misslab.sav": 300,
    "partly_labelled/partlab.sav": 300,
    "rake_late_quote/latequote.csv": 25_002,
    "rake_numeric_levels/flt.parquet": 400,
    "rake_width_change/footer.csv": "line 303",
    "rake_width_change/one.csv": "line 52",
    "rake_width_change/pasted.csv": "line 302",
    "rake_width_change/short.csv": "line 5",
    "respondent_number_name/duplab.sav": 300,
    "sav_encoding/enc.sav": 300,
    "sav_impossible_date/baddate.sav": 300,
    "string_user_missing/strmiss.sav": 300,
    "tick_nobody_gave/mr12.sav": 200,
    "tick_nobody_gave/mrcsv.csv": 200,
    "tick_nobody_gave/mrlab.sav": 200,
    "title_row/title.xlsx": 300,
}


def reading_of(path: Path, tmp_path: Path):
    source = Source("", "", "", "survey", "*", "auto", declared_in="options")
    with duckdb.connect() as connection:
        reading = read_delivery(connection, path, source, tmp_path)
        return reading, connection.execute(f"select * from {INCOMING} order by 1").df()


@pytest.mark.parametrize("name", READ)
def test_a_case_is_read_whole_or_refused_with_its_line(tmp_path, name):
    path, expected = shared("cases", *name.split("/")), READ[name]
    if isinstance(expected, str):
        with pytest.raises(DeliveryRejectedError, match=expected):
            reading_of(path, tmp_path)
        return
    _, frame = reading_of(path, tmp_path)
    assert len(frame) == expected


def test_every_folder_of_cases_is_tried(tmp_path):
    """Files of a folder that is new are read or refused, and no error is any other."""
    shared("cases")
    for path in sorted((SHARED / "cases").glob("*/*")):
        try:
            reading_of(path, tmp_path)
        except DeliveryRejectedError as error:
            assert path.name in str(error)


def test_lists_of_codes_stay_lists(tmp_path):
    for name, columns in (("m3.csv", {"kanalen"}), ("qmulti.csv", {"Q1", "Q2"})):
        reading, frame = reading_of(shared("cases", "choose_at_most_two", name), tmp_path)
        assert set(reading.lists) == columns
        assert frame[list(columns)].stack().str.fullmatch(r"\d+(,\d+)*").all()


def test_what_spss_says_is_understood(tmp_path):
    reading, frame = reading_of(shared("cases", "sav_encoding", "enc.sav"), tmp_path)
    assert reading.labels["v1"] == "Financiële zaken"
    assert reading.value_labels["v1"]["1"] == "Patiëntje"
    reading, frame = reading_of(shared("cases", "sav_impossible_date", "baddate.sav"), tmp_path)
    assert [(u.row_number, u.column) for u in reading.unusable] == [(6, "gebdat")]
    assert frame["gebdat"].isna().sum() == 1
    reading, _ = reading_of(shared("cases", "string_user_missing", "strmiss.sav"), tmp_path)
    assert reading.user_missing == {"kanaal": ["Z"]}
    reading, _ = reading_of(shared("cases", "title_row", "title.xlsx"), tmp_path)
    assert (reading.header_row, reading.columns) == (3, ["id", "contact", "cijfer"])


@pytest.mark.parametrize(
    ("data", "margins", "settings", "expected"),
    [
        ("rake_late_quote/latequote.csv", "rake_late_quote/m_ok.csv", {}, 25_002),
        ("rake_numeric_levels/flt.parquet", "rake_numeric_levels/m_c.csv", {}, 400),
        ("rake_numeric_levels/flt2.csv", "rake_numeric_levels/m_c.csv", {}, 400),
        ("rake_rounded_margins/data.csv", "rake_rounded_margins/m_1001.csv", {}, "look rounded"),
        ("rake_rounded_margins/data.csv", "rake_rounded_margins/m_mixunit.csv", {},
         "are of different units"),
        ("rake_rounded_margins/data.csv", "rake_rounded_margins/m_1001.csv",
         {"scale_margins": True}, 400),
        ("rake_rounded_margins/data.csv", "rake_rounded_margins/m_mixunit.csv",
         {"scale_margins": True}, 400),
        ("rake_columns/Weight.csv", "rake_columns/m_ok.csv", {}, "has a column 'Weight' already"),
        ("rake_columns/Weight.csv", "rake_columns/m_ok.csv",
         {"weight_column": "w", "base_weight": "Weight"}, 400),
        ("rake_columns/n_cell_id.csv", "rake_columns/m_ok.csv", {}, 400),
        ("rake_columns/negcomma.csv", "rake_columns/m_ok.csv", {"base_weight": "d"}, 400),
        ("rake_columns/skew.csv", "rake_columns/m_ok.csv", {"base_weight": "d"}, 400),
        *[(f"rake_width_change/{name}.csv", "rake_width_change/m_ok.csv", {}, "cells where the")
          for name in ("pasted", "footer", "short")],
        ("rake_width_change/one.csv", "rake_width_change/m_one.csv", {}, "line 52"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_peil_rake_does_what_a_user_expects(tmp_path, data, margins, settings, expected, suffix):
    out = tmp_path / f"out{suffix}"
    job = Job(
        shared("cases", *data.split("/")), shared("cases", *margins.split("/")), out, **settings
    )
    if isinstance(expected, str):
        with pytest.raises(PeilError, match=expected):
            rake_file(job)
        assert not out.exists()
        return
    (report,) = rake_file(job)
    found = pd.read_csv(out) if suffix == ".csv" else pd.read_excel(out, engine="calamine")
    assert len(found) == expected == report["n"]
    assert found.columns[-1] == settings.get("weight_column", "weight")
    assert found.iloc[:, -1].sum() == pytest.approx(report["total"])
