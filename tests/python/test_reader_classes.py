"""Classes of files that other survey tools read wrongly, each with inputs of our own making.

Line endings, quotes, separators, encodings and blank ends in every combination; lists in cells;
dates that no calendar has; user-missing text; titles above headers; workbooks that lose rows. The
number of records read is always the number in the file, or the file is refused.
"""

import csv
import datetime
import io
import itertools
import re
import struct
import zipfile

import duckdb
import pandas as pd
import pyreadstat
import pytest
import xlsxwriter
from hypothesis import assume, example, given
from hypothesis import strategies as st
from peil.codebook import Source
from peil.errors import DeliveryRejectedError
from peil.readers import INCOMING, read_delivery, sheets, spss, text
from peil.readers.encodings import Letters
from peil.readers.marks import list_separator, mark_of_numbers
from peil.readers.spss import cases_declared
from test_readers import read, write

ENDINGS = ("\n", "\r\n", "\r")
NAME = "levering.csv"


def refused(path, **settings):
    with pytest.raises(DeliveryRejectedError) as error:
        read(path, **settings)
    return str(error.value)


def workbook(path, rows, merged=(), sheets=()):
    """A workbook with these rows, and other sheets with theirs."""
    with xlsxwriter.Workbook(str(path)) as book:
        dated = book.add_format({"num_format": "dd-mm-yyyy"})
        for name, cells in [*sheets, ("Data", rows)]:
            sheet = book.add_worksheet(name)
            for place, row in enumerate(cells):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime.date):
                        sheet.write_datetime(place, column, cell, dated)
                    elif isinstance(cell, tuple):
                        sheet.write_number(place, column, cell[0], dated)
                    elif cell is not None:
                        sheet.write(place, column, cell)
            if name == "Data":
                for span in merged:
                    sheet.merge_range(*span)
    return path


# Records: what stands in a file is what comes out, whatever its line endings and quotes.

WORDS = st.text(st.sampled_from("ab1 ;,\t|\"'éë€\n\r"), max_size=6)


@given(
    rows=st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=8),
    separator=st.sampled_from(";,\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    endings=st.lists(st.sampled_from(ENDINGS), min_size=1, max_size=4),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]),
    n_blank_lines=st.integers(0, 3),
    has_blank_column=st.booleans(),
    header=st.sampled_from(["tweede", "twee\nde", "twee\r\nde", "twee\rde"]),
)
@example(
    rows=[("1", "a", "b")] * 3, separator=";", quoting=csv.QUOTE_MINIMAL, endings=["\r\n", "\n"],
    encoding="utf-8", n_blank_lines=2, has_blank_column=False, header="twee\nde",
)  # fmt: skip
def test_every_record_comes_back_as_it_stands(
    tmp_path, rows, separator, quoting, endings, encoding, n_blank_lines, has_blank_column, header
):
    # Words under a blank row are a note.
    assume(not re.search("[A-Za-z].*[ :]", rows[-1][0]))
    ends = itertools.cycle(endings)
    text = ""
    for row in [("eerste", header, "derde"), *rows]:
        line = io.StringIO()
        # Python quotes a line break only where lines end in it.
        broken = any(sign in cell for cell in row for sign in "\r\n")
        csv.writer(
            line, delimiter=separator, quoting=csv.QUOTE_ALL if broken else quoting,
            lineterminator="",
        ).writerow([*row, ""] if has_blank_column else row)  # fmt: skip
        text += line.getvalue() + next(ends)
    text += "".join(next(ends) for _ in range(n_blank_lines))
    path = write(tmp_path, text.encode(encoding))
    declared = {} if encoding.startswith(("utf-8", "utf-32")) else {"encoding": encoding}
    if encoding == "utf-16":
        declared = {}
    cells, _ = read(path, "csv", delimiter=separator, **declared)
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert list(cells) == ["eerste", "twee de" if header != "tweede" else "tweede", "derde"]
    found = list(zip(*cells.values(), strict=True))
    assert found == [tuple(cell or None for cell in row) for row in kept]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("header_ending", ENDINGS)
@pytest.mark.parametrize("n_blank", [0, 1, 3])
def test_header_and_rows_may_end_differently(tmp_path, ending, header_ending, n_blank):
    lines = [f"{i};x;{i % 10}" for i in range(60)]
    text = f"id;b;c{header_ending}{ending.join(lines)}{ending}" + "\n" * n_blank
    cells, _ = read(write(tmp_path, text), "csv")
    assert cells["id"] == [str(i) for i in range(60)]


def test_a_quote_that_comes_late_is_a_quote(tmp_path):
    """25,000 rows without a quote say nothing of the next."""
    rows = [f"{i},M,ok" for i in range(25_000)]
    text = "id,sex,t\n" + "\n".join([*rows, '25000,V,"goed, maar\nduur"', '25001,V,"5"" scherm"'])
    cells, _ = read(write(tmp_path, text + "\n"))
    assert len(cells["id"]) == 25_002
    assert cells["t"][-2:] == ["goed, maar\nduur", '5" scherm']


def test_a_quote_within_a_cell_is_a_letter(tmp_path):
    cells, _ = read(write(tmp_path, 'a;b\n1;5" scherm\n2;hij zei "nee"\n3;x\n'), "csv")
    assert cells["b"] == ['5" scherm', 'hij zei "nee"', "x"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a,b,c\n" + "1,2,3\n" * 300 + "a,b,c,d\n" + "1,2,3,4\n" * 300, "line 302: 4 cells"),
        ("a,b,c\n1,2,3\n\nBron: panel, 2024\n", "line 4: 2 cells"),
        ("a,b,c\n1,2,3\n1,2\n1,2,3\n", "line 3: 2 cells"),
        ('a,b,c\n1,"x\ny",3\n1,2\n', "line 4: 2 cells"),
        ("a\n" + "1\n" * 50 + "x;y\n", "line 52: 2 cells"),
        ('a;b\n1;"open\n2;x\n', "line 3: cannot be read as CSV"),
        ('a;b\n1;"hij zei "nee" hoor"\n2;x\n', "line 2: cannot be read as CSV"),
        ("a;b\n1;2\n2;3\na;b\n1;2\n", "row 3 under the header: repeats the header"),
        ("a;b;c\n1;2;3\n2;3;4\n;;\nBron: panel;;\n", "row 4 under the header: one cell after"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path, text, where):
    assert where in refused(write(tmp_path, text), file_format="csv")


def test_empty_cells_beyond_the_last_column_are_cut_off(tmp_path):
    cells, reading = read(write(tmp_path, "a;b\n1;2;\n3;4;;\n5;6\n;;;\n"), "csv")
    assert cells == {"a": ["1", "3", "5"], "b": ["2", "4", "6"]}
    assert "blank" not in str(reading.columns)


def test_blank_rows_are_left_out_and_rows_are_numbered_without_them(tmp_path):
    """Who answered nothing is known by a number up to n_rows (stg_respondents)."""
    path = write(tmp_path, "a;b\n1;2\n;\n3;4\n;\n;\n")
    with duckdb.connect() as connection:
        reading = read_delivery(
            connection, path, Source("s", "v", "w", "survey", "*", "csv"), tmp_path
        )
        rows = connection.execute(f"select row_number, a from {INCOMING} order by 1").fetchall()
    assert rows == [(1, "1"), (2, "3")]
    assert "3 blank rows left out" in reading.notes


def test_an_empty_line_in_a_file_of_one_column_is_somebody_who_did_not_answer(tmp_path):
    cells, _ = read(write(tmp_path, "sex\nm\n\nv\nm\n\n\n"), "csv")
    assert cells["sex"] == ["m", None, "v", "m"]


def test_excels_own_line_names_the_separator(tmp_path):
    cells, _ = read(write(tmp_path, "sep=;\r\na;b\r\n1,5;2\r\n"), "csv")
    assert cells == {"a": ["1,5"], "b": ["2"]}


# Encodings.

SPOKEN = "Financiële zaken", "patiënt", "café", "één", "reünie", "weet ik niet, geen idee"


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("words", [SPOKEN, SPOKEN[:1], ("GEMEENTE SÚDWEST-FRYSLÂN",), ("Zoë",)])
def test_letters_say_their_encoding(tmp_path, encoding, words):
    text = "id;t\n" + "".join(f"{i};{word}\n" for i, word in enumerate(words))
    cells, reading = read(write(tmp_path, text.encode(encoding)), "csv")
    assert cells["t"] == list(words)
    assert any(note.startswith("encoding") for note in reading.notes)


@pytest.mark.parametrize(
    "content",
    [
        "id;t\n1;książka\n2;żółty\n".encode("cp1250"),
        "id;t\n1;één\n2;café\n".encode() + "3;patiënt\n".encode("cp1252"),
        "id;t\n1;één\n2;café".encode()[:-1],
    ],
)
def test_letters_that_make_no_words_are_refused_with_a_way_out(tmp_path, content):
    message = refused(write(tmp_path, content), file_format="csv")
    assert "Declare encoding (such as windows-1252) in sources.csv" in message
    cells, _ = read(write(tmp_path, content), "csv", encoding="cp1250")
    assert len(cells["t"]) >= 2


def test_letters_are_counted_across_blocks():
    letters = Letters()
    for block in (b"caf\xe9 pati", b"\xebnt"):
        letters.add(block)
    assert letters.best().name == "cp1252"


def test_a_capital_does_not_stand_within_a_word():
    """0x8e is é in Mac Roman and Ä in DOS."""
    letters = Letters()
    letters.add(b"caf\x8e")
    assert letters.fit("cp850") < 0 < letters.fit("mac_roman")


def in_sav(tmp_path, encoding, declared=None):
    """A .sav with labels and values in an encoding that it does not declare."""
    path = tmp_path / "levering.sav"
    stand_in = {"ë": "\x01", "é": "\x02"}
    frame = pd.DataFrame({"id": [1.0, 2.0], "t": ["pati\x01nt", "caf\x02"]})
    pyreadstat.write_sav(
        frame, str(path), column_labels={"t": "Financi\x01le zaken"},
        variable_value_labels={"id": {1.0: "\x02\x02n"}},
    )  # fmt: skip
    content = path.read_bytes()
    header, body = content[:176], content[176:]
    for letter, byte in stand_in.items():
        # Only the texts: a number may hold these bytes as well.
        for word in (b"pati\x01nt", b"caf\x02", b"Financi\x01le", b"\x02\x02n"):
            if byte.encode() in word:
                one = letter.encode(encoding)
                assert len(one) == 1
                body = body.replace(word, word.replace(byte.encode(), one))
    if declared:
        old = struct.pack("<4i", 7, 20, 1, 5) + b"UTF-8"
        assert old in body
        body = body.replace(old, struct.pack("<4i", 7, 20, 1, len(declared)) + declared.encode())
    path.write_bytes(header + body)
    return path


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("declared", [None, "windows-1252"])
def test_a_sav_file_that_declares_another_encoding_is_read(tmp_path, encoding, declared):
    cells, reading = read(in_sav(tmp_path, encoding, declared))
    assert cells["t"] == ["patiënt", "café"]
    assert reading.labels["t"] == "Financiële zaken"
    assert reading.value_labels == {"id": {"1": "één"}}
    assert any(note.startswith("encoding") for note in reading.notes)
    cells, _ = read(in_sav(tmp_path, encoding), encoding=encoding)
    assert cells["t"] == ["patiënt", "café"]


def test_a_sav_file_in_utf_8_that_declares_windows_1252_is_read(tmp_path):
    path = tmp_path / "levering.sav"
    frame = pd.DataFrame({"t": ["patiënt", "café", "één"]})
    pyreadstat.write_sav(frame, str(path), column_labels={"t": "Financiële zaken"})
    old = struct.pack("<4i", 7, 20, 1, 5) + b"UTF-8"
    new = struct.pack("<4i", 7, 20, 1, 12) + b"windows-1252"
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))
    cells, reading = read(path)
    assert cells["t"] == ["patiënt", "café", "één"]
    assert reading.labels["t"] == "Financiële zaken"


# Lists of codes, decimals and thousands.


@pytest.mark.parametrize(
    ("values", "separator"),
    [
        (["5", "3,6", "1,3", "3,5", "6"], ","),
        (["101", "101,102", "103,104", "102,103"], ","),
        (["1", "2,3", "1,2,5"], ","),
        (["3, 6", "5", "1, 3"], ","),
        (["3;6", "5", "1;3"], ";"),
        (["3 6", "5", "1 3", "3"], " "),
        (["1/2", "2/3", "3"], "/"),
        (["7,5", "6,5", "8,0", "7"], ""),
        (["7,5", "5,7", "6,5", "5", "7"], ""),
        (["0,56", "1,254", "0,942", "1"], ""),
        (["1234,5", "2000"], ""),
        (["06 12345678", "06 87654321"], ""),
        (["2024", "goed, maar duur"], ""),
    ],
)
def test_a_list_of_codes_is_told_from_a_number(values, separator):
    assert list_separator(values) == separator


@pytest.mark.parametrize("decimal_mark", ["", ",", "."])
@pytest.mark.parametrize("codes", [(1, 2, 3, 4), (101, 102, 103, 104)])
@pytest.mark.parametrize("separator", [",", ";", ", ", " "])
def test_a_list_is_never_merged_into_a_number(tmp_path, decimal_mark, codes, separator):
    a, b, c, d = codes
    cells = [f"{a}", f"{a}{separator}{b}", f"{b}{separator}{c}", f"{c}{separator}{d}", f"{b}"]
    text = io.StringIO()
    csv.writer(text).writerows([("id", "kanalen"), *enumerate(cells)])
    found, reading = read(write(tmp_path, text.getvalue()), "csv", decimal_mark=decimal_mark)
    assert found["kanalen"] == cells
    assert reading.lists == {"kanalen": separator.strip() or " "}


@pytest.mark.parametrize(
    ("values", "delimiter", "mark"),
    [
        (["0,56", "1,254"], ",", ","),
        (["0.56", "1.254"], ",", "."),
        (["2.450,5", "2.000"], ";", ","),
        (["2,450.5", "2,000"], ",", "."),
        (["14,639,597", "100"], ",", "."),
        (["2,450", "2,550"], ",", ""),
        (["2.450", "2.550"], ";", ""),
        (["2.450", "2.550"], ",", "."),
        (["5.1e-05", "1"], ",", "."),
        (["veel", "3,5"], ";", ","),
    ],
)
def test_the_decimal_mark_is_that_of_the_column(values, delimiter, mark):
    assert mark_of_numbers(values, "", delimiter) == mark


# Dates that no calendar has.


def test_an_impossible_date_in_spss_is_left_out_with_its_place(tmp_path):
    path = tmp_path / "levering.sav"
    days = [13_600_000_000.0 + 86_400 * i for i in range(8)]
    days[5] = 6_300_000_000_000.0
    frame = pd.DataFrame({"id": [float(i) for i in range(8)], "dag": days, "uur": [36_000.0] * 8})
    formats = {"dag": "DATE11", "uur": "TIME8"}
    pyreadstat.write_sav(frame, str(path), variable_format=formats)
    cells, reading = read(path)
    assert len(cells["dag"]) == 8
    assert cells["dag"][5] is None
    assert cells["dag"][0] == "2013-10-01"
    assert cells["uur"][0] == "10:00:00"
    (left_out,) = reading.unusable
    assert (left_out.row_number, left_out.column) == (6, "dag")
    assert left_out.value.startswith("201221-")


def test_a_date_that_spss_calls_missing_is_missing(tmp_path):
    path = tmp_path / "levering.sav"
    frame = pd.DataFrame({"dag": [13_600_000_000.0, 999_999_999_999.0]})
    pyreadstat.write_sav(
        frame, str(path), variable_format={"dag": "DATE11"},
        missing_ranges={"dag": [999_999_999_999.0]},
    )  # fmt: skip
    cells, reading = read(path)
    assert cells["dag"] == ["2013-10-01", None]
    assert reading.unusable == []


def test_an_impossible_date_in_excel_is_left_out_with_its_place(tmp_path):
    day = datetime.date(2024, 5, 3)
    rows = [["id", "dag"], [1, day], [2, (9_999_999,)], [3, day], [4, (-3,)], [5, day]]
    cells, reading = read(workbook(tmp_path / "l.xlsx", rows))
    assert cells["dag"] == ["2024-05-03", None, "2024-05-03", None, "2024-05-03"]
    assert [(u.row_number, u.column) for u in reading.unusable] == [(2, "dag"), (4, "dag")]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("2024-05-03", "2024-02-31"),
        ("03-05-2024", "31-02-2024"),
        ("3/5/2024 10:00", "31/2/2024 10:00"),
        ("2024-05-03T10:00:00", "20240-05-03T10:00:00"),
        ("03.05.2024", "30.02.2024"),
    ],
)
def test_an_impossible_date_in_text_is_left_out_with_its_place(tmp_path, good, bad):
    text = "id;dag\n" + "".join(f"{i};{bad if i == 7 else good}\n" for i in range(20))
    cells, reading = read(write(tmp_path, text), "csv")
    assert cells["dag"] == [None if i == 7 else good for i in range(20)]
    assert [(u.row_number, u.column, u.value) for u in reading.unusable] == [(8, "dag", bad)]


def test_text_that_is_no_date_stays(tmp_path):
    cells, reading = read(write(tmp_path, "id;t\n1;10-19\n2;2024-99-99\n3;x\n"), "csv")
    assert cells["t"] == ["10-19", "2024-99-99", "x"]
    assert reading.unusable == []


# What SPSS declares missing, and how many cases it says it has.


def test_user_missing_texts_and_ranges_are_handed_over(tmp_path):
    path = tmp_path / "levering.sav"
    frame = pd.DataFrame({"k": ["B", "Z", "T"], "c": [1.0, 99.0, 98.0], "d": [5.0, 97.0, 8.0]})
    missing = {"k": ["Z", "Q"], "c": [{"lo": 98, "hi": 99}], "d": [97.0, 8.0]}
    pyreadstat.write_sav(frame, str(path), missing_ranges=missing)
    _, reading = read(path)
    assert reading.user_missing["k"] == ["Z", "Q"]
    assert reading.user_missing["c"] == [(98.0, 99.0)]
    assert sorted(reading.user_missing["d"]) == [(8.0, 8.0), (97.0, 97.0)]


def test_a_sav_file_with_fewer_cases_than_it_declares_is_refused(tmp_path):
    path = tmp_path / "levering.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 2.0, 3.0]}), str(path))
    assert cases_declared(path) == 3
    content = bytearray(path.read_bytes())
    content[80:84] = struct.pack("<i", 5)
    path.write_bytes(bytes(content))
    assert "sav" in refused(path)
    content[80:84] = struct.pack("<i", 2)
    path.write_bytes(bytes(content))
    try:
        cells, _ = read(path)
    except DeliveryRejectedError:
        return
    assert len(cells["a"]) == 2


# Workbooks.


@pytest.mark.parametrize(
    "above",
    [
        [["Resultaten bewonerspanel 2024"], []],
        [[], ["Resultaten"], ["Export van 1 mei 2024"]],
        [["Titel", None, None, "1-5-2024"]],
        [[], []],
    ],
)
def test_a_header_below_a_title_is_found_and_said(tmp_path, above):
    table = [["id", "contact", "cijfer", "stad", "reden"]]
    table += [[i, "Ja" if i % 3 else "Nee", i % 10 + 1, "Utrecht", None] for i in range(50)]
    number = len(above) + 1
    has_title = any(any(row) for row in above)
    cells, reading = read(workbook(tmp_path / "l.xlsx", [*above, *table]))
    assert list(cells) == table[0]
    assert len(cells["id"]) == 50
    assert reading.header_row == number
    assert any(f"header in row {number}" in note for note in reading.notes) == has_title
    lines = [";".join("" if c is None else str(c) for c in row) for row in [*above, *table]]
    cells, reading = read(write(tmp_path, "\r\n".join(lines) + "\r\n"))
    assert list(cells) == table[0]
    assert len(cells["id"]) == 50
    assert any(f"header in row {number}" in note for note in reading.notes) == has_title


def test_a_header_stays_the_header_where_a_name_is_missing(tmp_path):
    message = refused(write(tmp_path, "naam;\njan;ja\npiet;ja\n"), file_format="csv")
    assert "row 1, column 2: no column name, but 2 cells" in message


def test_merged_groups_and_the_names_under_them_are_one_header(tmp_path):
    rows = [
        ["Titel"], [], ["id", "Kanalen", None, "Cijfer"], [None, "Tel", "Mail", None],
        [1, "x", None, 7], [2, None, "x", 8],
    ]  # fmt: skip
    path = workbook(
        tmp_path / "l.xlsx", rows, merged=[(0, 0, 0, 3, "Titel"), (2, 1, 2, 2, "Kanalen")]
    )
    cells, reading = read(path)
    assert cells == {
        "id": ["1", "2"], "Kanalen [Tel]": ["x", None], "Kanalen [Mail]": [None, "x"],
        "Cijfer": ["7", "8"],
    }  # fmt: skip
    assert "rows 3 and 4 are the header together" in reading.notes


@pytest.mark.parametrize(
    ("rows", "merged", "message"),
    [
        ([["id", "stad"], [1, "Utrecht"], [2, None]], [(1, 1, 2, 1, "Utrecht")], "are merged"),
        ([["id", "x", "x"], [1, 2, 3]], [], "row 1, column 3: the name 'x' stands there twice"),
        ([["id", None, "y"], [1, 2, 3]], [], "row 1, column 2: no column name, but 1 cells"),
        ([["id", "x"], [1, 2], ["id", "x"], [1, 2]], [], "row 2 under the header: repeats"),
        ([["a", "b", "c"], [1, 2, 3], [], ["Bron: panel"]], [], "one cell after blank rows"),
    ],
)
def test_a_sheet_that_is_no_table_is_refused_with_its_row(tmp_path, rows, merged, message):
    assert message in refused(workbook(tmp_path / "l.xlsx", rows, merged))


def test_the_sheet_with_the_table_is_read_and_two_alike_are_refused(tmp_path):
    table = [["id", "x"], [1, 2], [2, 3]]
    about = ("Toelichting", [["Dit zijn de resultaten."], ["Vragen? Bel."]])
    cells, reading = read(workbook(tmp_path / "l.xlsx", table, sheets=[about]))
    assert cells == {"id": ["1", "2"], "x": ["2", "3"]}
    assert "sheet 'Data'; not read: Toelichting" in reading.notes
    message = refused(workbook(tmp_path / "l.xlsx", table, sheets=[("Eerste", table)]))
    assert "sheets 'Eerste', 'Data' have the same columns" in message


def test_blank_ends_of_a_sheet_are_no_answers(tmp_path):
    rows = [[], [None, "id", "x", None], [None, 1, "a"], [], [None, 2, "b"], [None, " "], [""]]
    cells, _ = read(workbook(tmp_path / "l.xlsx", rows))
    assert cells == {"id": ["1", "2"], "x": ["a", "b"]}


def test_a_workbook_that_says_it_is_smaller_is_read_whole_or_refused(tmp_path):
    """Some programs write a dimension that is not that of the sheet."""
    path = workbook(tmp_path / "l.xlsx", [["id", "x"], *[[i, i] for i in range(30)]])
    changed = tmp_path / "m.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, re.sub(rb'ref="A1:B31"', b'ref="A1:B3"', content))
    try:
        cells, _ = read(changed)
    except DeliveryRejectedError as error:
        assert "rows hold values" in str(error)
    else:
        assert len(cells["id"]) == 30


# The second count: what one reader loses, the other one has.


def test_a_record_that_the_second_count_has_and_the_reader_lost_is_seen(tmp_path, monkeypatch):
    whole = text._load

    def lossy(connection, *arguments):
        whole(connection, *arguments)
        connection.execute(f"delete from {INCOMING} where row_number = 2")

    monkeypatch.setattr(text, "_load", lossy)
    message = refused(write(tmp_path, "a;b\n1;2\n3;4\n5;6\n"), file_format="csv")
    assert "holds 3 records, of which 2 could be read" in message


def test_a_case_that_the_header_of_a_sav_file_counts_is_missed(tmp_path, monkeypatch):
    path = tmp_path / "levering.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 2.0, 3.0]}), str(path))
    monkeypatch.setattr(spss, "cases_declared", lambda _: 5)
    assert "holds 5 records, of which 3 could be read" in refused(path)


def test_a_row_that_the_xml_of_a_sheet_has_is_missed(tmp_path, monkeypatch):
    path = workbook(tmp_path / "l.xlsx", [["id", "x"], [1, None], [], [2, "a"], [None, None]])
    assert sheets.stored_rows(path, "Data") == 3
    assert sheets.stored_rows(path, "Absent") is None
    monkeypatch.setattr(sheets, "stored_rows", lambda *_: 40)
    assert "40 rows hold values, of which 3 could be read" in refused(path)
