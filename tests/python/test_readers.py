"""Every format a delivery arrives in, in small: what comes out, and what is said of it."""

import subprocess
import sys

import duckdb
import pandas as pd
import pyreadstat
import pytest
from peil.codebook import Source
from peil.errors import DeliveryRejectedError
from peil.readers import INCOMING, read_delivery
from peil.settings import child_environment

BOM = "\ufeff"
LIMESURVEY = (
    BOM
    + '"id";"submitdate";"lastpage";"startlanguage";"G01Q01";"G01Q02[SQ001]";"G01Q02[other]"\r\n'
    '"1";"2024-07-01 10:00:00";"6";"nl";"7";"Y";""\r\n'
    '"2";"";"3";"nl";"8";"";"regel een\nregel twee"\r\n'
    "\r\n"
)
LIMESURVEY_TEXT = (
    '"Antwoord-ID";"Datum ingediend";"Laatste pagina";"Welk cijfer?";"Kanalen [Telefoon]"\r\n'
    '"1";"2024-07-01 10:00:00";"6";"7";"1"\r\n"2";"2024-07-01 11:00:00";"6";"8";"2"\r\n'
)
VV = (
    "Antwoord-ID\tDatum\tTaal\tCijfer\tTelefoon\n"
    "id\tsubmitdate\tstartlanguage\tG01Q01\tG01Q02_SQ001\n"
    "1\t2024-07-01\tnl\t7\tY\n2\t2024-07-01\tnl\t{question_not_shown}\t\n"
)
QUALTRICS = (
    "StartDate,Status,Finished,ResponseId,Q1,Q2\n"
    'Start,Antwoordtype,Klaar,Id,"Welk cijfer,\nin het algemeen?",Kanalen\n'
    '"{""ImportId"":""startDate""}","{""ImportId"":""status""}",x,y,z,q\n'
    '2024-07-01,0,1,R_1,7,"1,3"\n2024-07-01,1,1,R_2,-99,2\n'
)
QUALTRICS_LEGACY = (
    BOM + "V1,V7,V10,Q1,\nResponseID,Status,Finished,Welk cijfer?,\nR_1,0,1,7,\nR_2,0,1,8,\n"
)
SURVEYMONKEY = (
    "Respondent ID,Welke kanalen?,,Welk cijfer?\n,Telefoon,E-mail,Response\n"
    "1,Telefoon,,7\n2,,E-mail,8\n"
)
FORMS = (
    "Tijdstempel,Hoe vaak?,Waarom?,Waarom?\n2024/07/01 10:00:00,Vaak,A,B\n"
    "2024/07/02 10:00:00,Nooit,,C\n"
)
MS_FORMS = (
    "ID,Begintijd,Tijd van voltooien,Kanalen\n1,45474.5,45474.6,Telefoon;E-mail;\n"
    "2,45475.5,45475.6,Balie;\n"
)
CASES = {
    "limesurvey_csv": (LIMESURVEY, {
        "G01Q01": ["7", "8"], "G01Q02[SQ001]": ["Y", None],
        "G01Q02[other]": [None, "regel een\nregel twee"],
    }),
    "limesurvey_csv full text": (LIMESURVEY_TEXT, {"Kanalen [Telefoon]": ["1", "2"]}),
    "limesurvey_vv": (VV, {"G01Q01": ["7", "{question_not_shown}"], "G01Q02_SQ001": ["Y", None]}),
    "qualtrics_csv": (QUALTRICS, {"Q1": ["7", "-99"], "Q2": ["1,3", "2"], "Status": ["0", "1"]}),
    "qualtrics_csv legacy": (QUALTRICS_LEGACY, {"V1": ["R_1", "R_2"], "Q1": ["7", "8"]}),
    "surveymonkey_csv": (SURVEYMONKEY, {
        "Welke kanalen? [Telefoon]": ["Telefoon", None],
        "Welke kanalen? [E-mail]": [None, "E-mail"], "Welk cijfer?": ["7", "8"],
    }),
    "google_forms_csv": (FORMS, {"Waarom?": ["A", None], "Waarom? (2)": ["B", "C"]}),
    "ms_forms_csv": (MS_FORMS, {"Kanalen": ["Telefoon;E-mail;", "Balie;"]}),
    "csv": ("a\tb\n1\t2\n", {"a": ["1"], "b": ["2"]}),
}  # fmt: skip


def read(path, file_format="auto", **settings):
    """Columns with their cells, and what the reader noted."""
    source = Source("s", "v", "w", "survey", "*", file_format, **settings)
    with duckdb.connect() as connection:
        reading = read_delivery(connection, path, source, path.parent)
        frame = connection.execute(f"select * from {INCOMING} order by row_number").df()
    cells = {c: [None if pd.isna(v) else v for v in frame[c]] for c in reading.columns}
    return cells, reading


def write(folder, content, name="levering.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("case", CASES)
def test_a_tool_is_recognised_and_its_header_rows_are_understood(tmp_path, case):
    content, expected = CASES[case]
    cells, reading = read(write(tmp_path, content))
    assert reading.file_format == case.split()[0]
    assert f"recognised as {case.split()[0]}" in reading.notes
    for column, values in expected.items():
        assert cells[column] == values, column
    declared, _ = read(write(tmp_path, content), case.split()[0])
    assert declared == cells


@pytest.mark.parametrize("tool", ["surveymonkey", "google_forms", "qualtrics", "limesurvey"])
def test_the_same_header_rows_in_excel_give_the_same_cells(tmp_path, tool):
    import csv
    import io

    content, expected = CASES[f"{tool}_csv"]
    delimiter = ";" if tool == "limesurvey" else ","
    rows = [r for r in csv.reader(io.StringIO(content.removeprefix(BOM)), delimiter=delimiter) if r]
    path = tmp_path / "levering.xlsx"
    pd.DataFrame(rows).to_excel(path, index=False, header=False)
    cells, reading = read(path)
    assert reading.file_format == f"{tool}_xlsx"
    for column, values in expected.items():
        assert cells[column] == values


def test_question_texts_are_kept_for_the_codebook(tmp_path):
    _, reading = read(write(tmp_path, QUALTRICS))
    assert reading.labels["Q1"] == "Welk cijfer, in het algemeen?"


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("a;b\n1,5;x\n2,0;y\n", "separator semicolon"),
        ("a;b\n1,5;x\n2,0;y\n", "decimal comma in a"),
        ("naam_kanaal,b\nbalië,1\n".encode("cp1252"), "encoding windows-1252"),
        ("a;b\n1;é\n".encode("utf-16"), "encoding utf-16"),
    ],
)
def test_what_is_found_out_is_said(tmp_path, content, note):
    _, reading = read(write(tmp_path, content), "csv")
    assert any(note in found for found in reading.notes)


def test_the_separator_is_what_cuts_every_row_alike(tmp_path):
    """Commas in answers cut the header into more cells, but not every row."""
    cells, _ = read(write(tmp_path, "a, b, c;d\nx, y;1\nz;2\n"), "csv")
    assert cells == {"a, b, c": ["x, y", "z"], "d": ["1", "2"]}


def test_numbers_of_excel_are_whole_codes(tmp_path):
    path = tmp_path / "levering.xlsx"
    pd.DataFrame([["a", "b"], [7, 7.5], [10.0, True]]).to_excel(path, index=False, header=False)
    cells, _ = read(path, "xlsx")
    assert cells == {"a": ["7", "10"], "b": ["7.5", "TRUE"]}


def test_what_is_declared_is_used_and_not_found_out(tmp_path):
    path = write(tmp_path, "a,b;c\n1,2;3\n")
    cells, reading = read(path, "csv", delimiter=",", encoding="utf-8")
    assert list(cells) == ["a", "b;c"]
    assert reading.notes == []


def test_thousands_separators_go_with_the_decimal_mark(tmp_path):
    path = write(tmp_path, "a;b\n1.234,5;1,234\n2.000;5.1\n")
    cells, reading = read(path, "csv")
    assert cells == {"a": ["1234,5", "2000"], "b": ["1234", "5.1"]}
    assert "decimal comma in a" in reading.notes
    cells, _ = read(path, "csv", decimal_mark=".")
    assert cells["b"] == ["1234", "5.1"]


def test_values_declared_empty_are_empty(tmp_path):
    cells, _ = read(write(tmp_path, "a,b\nNA,1\nx,N/A\n"), "csv", empty_values=("NA", "N/A"))
    assert cells == {"a": [None, "x"], "b": ["1", None]}


def test_a_nameless_column_without_cells_goes_and_with_cells_is_refused(tmp_path):
    cells, _ = read(write(tmp_path, "a,b,\n1,2,\n"), "csv")
    assert list(cells) == ["a", "b"]
    with pytest.raises(DeliveryRejectedError, match="column 3: no column name, but 1 cells"):
        read(write(tmp_path, "a,b,\n1,2,3\n"), "csv")


@pytest.mark.parametrize(
    ("name", "content", "declared", "message"),
    [
        ("x.csv", "a,b\n1,2,3\n", "csv", "line 2: 3 cells where the header has 2"),
        ("x.csv", 'a,b\n1,"2\n', "csv", "A quote may be open"),
        ("x.csv", "a,A\n1,2\n", "csv", "the name 'A' stands there twice (also in column 1)"),
        ("x.csv", b"a,b\x00\n1,2\n", "csv", "NUL bytes"),
        ("x.csv", "a;b,c\n1;2,3\n", "csv", "semicolon and comma both cut every row"),
        ("x.csv", "é,b\n1,2\n".encode("cp1252"), "utf8", "is not utf-8"),
        ("x.csv", "a\n1\n", "qualtrics_csv", "row of ImportIds as row 3"),
        ("x.csv", "a\tb\n", "limesurvey_vv", "two header rows (texts, codes); this has 1"),
        ("x.docx", "a", "auto", "files '.docx' are not deliveries"),
        ("x.xlsx", b"PK\x03\x04 broken", "xlsx", "cannot be read as an Excel workbook"),
        ("x.sav", b"$FL2 broken", "sav", "cannot be read as SPSS"),
        ("x.parquet", b"PAR1", "parquet", "cannot be read as Parquet"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(tmp_path, name, content, declared, message):
    settings = {"encoding": "utf-8"} if declared == "utf8" else {}
    with pytest.raises(DeliveryRejectedError) as refused:
        read(write(tmp_path, content, name), "csv" if settings else declared, **settings)
    assert message in str(refused.value)
    assert str(refused.value).startswith(name)


def test_a_message_does_not_repeat_what_a_respondent_wrote(tmp_path):
    with pytest.raises(DeliveryRejectedError) as refused:
        read(write(tmp_path, "a,b\n1,geheim antwoord,3\n"), "csv")
    assert "geheim" not in str(refused.value)


def test_spss_gives_codes_and_the_ranges_its_supplier_calls_missing(tmp_path):
    path = tmp_path / "levering.sav"
    frame = pd.DataFrame({"cijfer": [7.0, 99.0, None], "naam_kanaal": ["balië", "", "post"]})
    pyreadstat.write_sav(
        frame, str(path), variable_value_labels={"cijfer": {99.0: "weet niet"}},
        missing_ranges={"cijfer": [{"lo": 98, "hi": 99}]}, column_labels={"cijfer": "Welk cijfer?"},
    )  # fmt: skip
    cells, reading = read(path)
    assert cells == {"cijfer": ["7", "99", None], "naam_kanaal": ["balië", None, "post"]}
    assert reading.user_missing == {"cijfer": [(98.0, 99.0)]}
    assert reading.labels["cijfer"] == "Welk cijfer?"


def test_parquet_gives_whole_numbers_without_a_decimal_point(tmp_path):
    path = tmp_path / "levering.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 7.0::double as a, 'x' as b, null::int as c) to '{path}'")
    cells, _ = read(path)
    assert cells == {"a": ["7"], "b": ["x"], "c": [None]}


def test_rows_keep_the_order_of_the_file(tmp_path):
    lines = "\n".join(f"{i},x" for i in range(50_000))
    cells, _ = read(write(tmp_path, f"a,b\n{lines}\n"), "csv")
    assert cells["a"] == [str(i) for i in range(50_000)]


READ_BOTH = """
import sys
import duckdb
from pathlib import Path
from peil.codebook import Source
from peil.readers import INCOMING, read_delivery

def read(path):
    source = Source("s", "v", "w", "survey", "*", "auto")
    with duckdb.connect() as connection:
        read_delivery(connection, path, source, path.parent)
        print(connection.execute(f"from {INCOMING}").fetchall())

text, workbook = map(Path, sys.argv[1:])
read(text)
print([m for m in ("pandas", "pyarrow.dataset") if m in sys.modules])
read(workbook)
read(text)
import pyarrow.dataset
"""


def test_a_text_is_read_without_pandas_and_a_workbook_after_it(tmp_path):
    """Of a small file, reading pandas is most of what reading takes."""
    text, workbook = write(tmp_path, "a,b\n1,x\n2,y\n"), tmp_path / "levering.xlsx"
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_excel(workbook, index=False)
    done = subprocess.run(
        [sys.executable, "-c", READ_BOTH, text, workbook], env=child_environment(),
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    rows = str([(1, "1", "x"), (2, "2", "y")])
    assert done.stdout.splitlines() == [rows, "[]", rows, rows]


MANGLED = "één – € ‘ij’ Ísland ß".encode().decode("latin-1").translate(
    {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
)  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx", "sav", "parquet"])
def test_letters_that_were_read_in_another_alphabet_are_read_anew(tmp_path, kind):
    """In cells, question texts and labels; names of columns stay as the codebook binds them."""
    cells = [MANGLED, "Ã©Ã©n, één", "Ãx Â â â€x", "één", None]
    wanted = ["één – € ‘ij’ Ísland ß", "één, één", "Ãx Â â â€x", "één", None]
    path = tmp_path / f"levering.{kind}"
    frame = pd.DataFrame({"naamÃ«": cells, "b": ["1", "2", "3", "4", "5"]})
    if kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "xlsx":
        frame.to_excel(path, index=False)
    elif kind == "parquet":
        frame.to_parquet(path)
    else:
        frame.columns = ["naam", "b"]
        pyreadstat.write_sav(
            frame.assign(b=[1.0, 2, 3, 4, 5]), path, column_labels=["GeÃ¯nd?", "één?"],
            variable_value_labels={"b": {1: "GeÃ¯nd", 2: "één"}},
        )  # fmt: skip
    found, reading = read(path)
    name = "naam" if kind == "sav" else "naamÃ«"
    assert [cell or None for cell in found[name]] == wanted
    assert f"letters such as 'Ã©' read as 'é' in {name}" in reading.notes
    if kind == "sav":
        assert reading.labels == {"naam": "Geïnd?", "b": "één?"}
        assert list(reading.value_labels["b"].values()) == ["Geïnd", "één"]


def test_letters_as_they_should_be_are_not_touched(tmp_path):
    cells, reading = read(write(tmp_path, "a,b\nÂge,château\nÃ,één â\n"), "csv")
    assert cells == {"a": ["Âge", "Ã"], "b": ["château", "één â"]}
    assert not [note for note in reading.notes if "letters" in note]
