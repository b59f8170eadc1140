"""The files to take home hold the published figures, and the research file makes them again."""

import stat
import struct
from pathlib import Path

import duckdb
import pandas as pd
import pyreadstat
import pytest
from conftest import options, peil
from peil.settings import Places
from python_calamine import CalamineWorkbook


@pytest.fixture(scope="module")
def exported(demo: Places, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "export"
    made = peil("research", *options(demo))
    assert made.returncode == 0, made.stderr
    done = peil("export", "--research", *options(demo), "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def sav(exported: Path):
    return pyreadstat.read_sav(next((exported / "onderzoeksbestand").glob("omnichannel*.sav")))


def test_every_table_is_there_as_csv_and_parquet_and_says_simulated(exported: Path, published):
    tables = {
        name for (name,) in published.sql("select table_name from duckdb_tables()").fetchall()
    }
    for kind in ("csv", "parquet"):
        assert {p.name for p in (exported / kind).iterdir()} == {
            f"{table}.gesimuleerd.{kind}" for table in tables
        }


def test_parquet_holds_exactly_what_was_published(exported: Path, published):
    for file in (exported / "parquet").iterdir():
        table = file.name.split(".")[0]
        for one, other in ((f"'{file}'", f"marts.{table}"), (f"marts.{table}", f"'{file}'")):
            left_over = published.sql(f"from {one} except all from {other}").fetchall()
            assert left_over == []
    notes = published.sql(
        f"select distinct decode(value) from parquet_kv_metadata('{exported}/parquet/*.parquet') "
        "where decode(key) = 'note'"
    ).fetchall()
    assert len(notes) == 1
    assert "GESIMULEERDE" in notes[0][0]


def test_csv_opens_in_dutch_excel(exported: Path, published):
    file = exported / "csv" / "report_grades.gesimuleerd.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = pd.read_csv(file, sep=";", decimal=",", encoding="utf-8-sig")
    grades = published.sql("select mean_grade from marts.report_grades").df()
    pd.testing.assert_series_equal(rows["mean_grade"], grades["mean_grade"])


def test_workbook_has_a_guide_and_a_sheet_per_table_with_its_figures(exported: Path, published):
    book = CalamineWorkbook.from_path(str(exported / "cijfers.gesimuleerd.xlsx"))
    tables = {
        name for (name,) in published.sql("select table_name from duckdb_tables()").fetchall()
    }
    assert set(book.sheet_names) == {"Leeswijzer", "Kolommen", *tables}
    for table in sorted(tables):
        rows = book.get_sheet_by_name(table).to_python()
        assert "GESIMULEERDE GEGEVENS" in rows[0][0]
        n_rows = published.sql(f"select count(*) from marts.{table}").fetchone()[0]
        assert len(rows) == n_rows + 2, table
    rows = book.get_sheet_by_name("channel_usage").to_python()
    header, figures = rows[1], [dict(zip(rows[1], row, strict=True)) for row in rows[2:]]
    at = header.index("share")
    assert header[at : at + 4] == ["share", "share_ci_low", "share_ci_high", "n_answers"]
    assert header[at + 4] == "withheld_label_nl"
    shown = [row["share"] for row in figures if not row["is_withheld"]]
    wanted = published.sql(
        "select share from marts.channel_usage where not is_withheld order by sort_order"
    ).fetchall()
    assert shown == pytest.approx([share for (share,) in wanted])
    withheld = [row for row in figures if row["is_withheld"]]
    assert withheld
    assert all(row["share"] == "" and row["withheld_label_nl"] for row in withheld)


def test_research_file_is_for_its_owner_only(demo: Places, exported: Path):
    files = [demo.published / "research.duckdb", *(exported / "onderzoeksbestand").iterdir()]
    # The file itself, and a .sav and a .parquet for each of the two surveys.
    assert len(files) == 5
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)


def test_research_file_holds_no_text_keys_or_exact_age(demo: Places):
    with duckdb.connect(str(demo.published / "research.duckdb"), read_only=True) as connection:
        columns = {
            name
            for (name,) in connection.sql("select column_name from duckdb_columns()").fetchall()
        }
        questions = connection.sql(
            "select distinct question_code from microdata.answers"
        ).fetchall()
    assert not columns & {"delivery_key", "row_number", "respondent_id", "submitted_at", "value"}
    assert ("age",) not in questions
    assert ("remark",) not in questions


def test_sav_keeps_labels_values_measures_and_missings(sav):
    data, meta = sav
    assert len(data) == 3944
    assert meta.column_names_to_labels["overall_grade"].startswith("Welk cijfer")
    assert meta.variable_value_labels["preferred_submit_channel"][4] == "Digitaal (website of app)"
    assert meta.variable_value_labels["channels_used_digital"] == {0: "Niet gekozen", 1: "Gekozen"}
    assert meta.variable_value_labels["overall_grade"][11].startswith("Weet niet")
    likert = meta.variable_value_labels["accessibility_mobile"]
    assert (likert[1], likert[5], likert[6]) == (
        "Helemaal eens", "Helemaal oneens", "Weet niet / geen mening",
    )  # fmt: skip
    assert {"contact_reasons", "channels_used"} <= set(meta.mr_sets)
    measures = meta.variable_measure
    assert measures["overall_grade"] == "scale"
    assert measures["accessibility_mobile"] == "ordinal"
    assert measures["municipality"] == "nominal"
    assert "GESIMULEERDE GEGEVENS" in " ".join(meta.notes)


def test_sav_is_weighted_by_its_weight(exported: Path, sav):
    """Byte 76 of the header names the weight variable; pyreadstat does not show it."""
    data, meta = sav
    assert meta.column_names[0] == "weight"
    assert data["weight"].mean() == pytest.approx(1)
    header = next((exported / "onderzoeksbestand").glob("omnichannel*.sav")).read_bytes()[:80]
    assert struct.unpack("<i", header[76:80]) == (1,)


@pytest.mark.parametrize(
    ("question", "statistic", "option", "column", "made"),
    [
        ("overall_grade", "mean", None, "overall_grade", lambda x: x),
        ("handling_grade_letter", "share_insufficient", None, "handling_grade_letter",
         lambda x: x <= 5),
        ("channels_used", "share", "digital", "channels_used_digital", lambda x: x == 1),
        ("preferred_update_channel", "share", "email", "preferred_update_channel",
         lambda x: x == 1),
        ("accessibility_mobile", "top2", None, "accessibility_mobile", lambda x: x <= 2),
    ],
)  # fmt: skip
def test_published_figures_follow_from_the_sav(
    sav, estimate, question, statistic, option, column, made
):
    data, _ = sav
    known = data[data[column].notna()]
    again = (known["weight"] * made(known[column])).sum() / known["weight"].sum()
    rounded = round(again, 2 if statistic == "mean" else 3)
    assert rounded == pytest.approx(estimate(question, statistic, option=option), abs=1e-9)


def test_the_total_of_a_scheme_per_group_follows_from_its_population_weight(sav, estimate):
    """Its `weight` has mean 1 per municipality: over municipalities that is another figure."""
    data, _ = sav
    known = data[data["overall_grade"].notna()]
    scheme = "gender_age_by_municipality"
    weight = known[f"population_weight_{scheme}"]
    again = (weight * known["overall_grade"]).sum() / weight.sum()
    published = estimate("overall_grade", "mean", scheme=scheme)
    assert round(again, 2) == pytest.approx(published, abs=1e-9)


def test_research_parquet_equals_the_sav(exported: Path, sav):
    data, _ = sav
    other = pd.read_parquet(next((exported / "onderzoeksbestand").glob("omnichannel*.parquet")))
    assert set(other.columns) == set(data.columns)
    merged = other.merge(data, on="respondent_key", suffixes=("", "_sav"))
    assert len(merged) == len(data)
    assert (merged["weight"] - merged["weight_sav"]).abs().max() == pytest.approx(0)


def test_respondents_are_exported_on_request_only(demo: Places, tmp_path: Path):
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "peil.duckdb").symlink_to(demo.published_file)
    refused = peil("export", "--research", *options(demo), "--published", folder)
    assert refused.returncode == 2
    assert "peil research" in refused.stderr
    assert not (folder / "export").exists()


def test_a_folder_with_something_else_is_left_alone(demo: Places, tmp_path: Path):
    (tmp_path / "thesis.docx").write_text("years of work")
    refused = peil("export", *options(demo), "--output", tmp_path)
    assert refused.returncode == 2
    assert (tmp_path / "thesis.docx").read_text() == "years of work"
