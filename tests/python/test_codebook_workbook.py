"""The codebook as a workbook and back: nothing is lost, and a fault names sheet, row and column."""

import datetime
import shutil

import pytest
import xlsxwriter
from conftest import peil
from peil.drafting.workbook import _sheets, read_codebook, write_codebook
from peil.errors import InputError
from peil.settings import PROJECT
from small_survey import REFERENCE, add, edit, rows_of

# What spreadsheets spoil: dates, numbers, formulas, truths, spaces, line ends, their own escapes.
HOSTILE = (
    "10-19", "007", "1e5", "TRUE", "=1+1", "  ruimte  ", "regel\ntwee", "regel\r\ntwee", "_x0041_",
    "_x000D_",
    "é🏛️", '"aanhaling"', "a,b;c", "0.10", "+31", "'s-Gravenhage", "@SUM(A1)", "-", "#N/A x",
)  # fmt: skip


@pytest.fixture
def seeds(tmp_path):
    return shutil.copytree(REFERENCE / "seeds", tmp_path / "seeds")


def contents(folder):
    return {path.stem: rows_of(path) for path in sorted(folder.glob("*.csv"))}


@pytest.mark.parametrize("folder", [PROJECT / "seeds", REFERENCE / "seeds"])
def test_out_and_back_changes_nothing(folder, tmp_path):
    seeds = shutil.copytree(folder, tmp_path / "seeds")
    book = write_codebook(seeds, tmp_path / "codebook.xlsx")
    before = {path.name: path.read_bytes() for path in seeds.glob("*.csv")}
    assert read_codebook(book, seeds) == []
    assert {path.name: path.read_bytes() for path in seeds.glob("*.csv")} == before
    read_codebook(book, tmp_path / "new")
    assert contents(tmp_path / "new") == contents(seeds)
    assert (tmp_path / "new" / "codebook.toml").is_file()


def test_what_spreadsheets_spoil_comes_back(seeds, tmp_path):
    add(seeds, "options", *(
        {"option_set_code": "hostile", "option_code": f"o{i}", "label_nl": text, "label_en": text}
        for i, text in enumerate(HOSTILE)
    ))  # fmt: skip
    before = contents(seeds)
    book = write_codebook(seeds, tmp_path / "codebook.xlsx")
    assert read_codebook(book, tmp_path / "new")
    assert contents(tmp_path / "new") == before


def test_a_column_of_ones_own_stays(seeds, tmp_path):
    path = seeds / "questions.csv"
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([first + ",review", *(line + ",kijk" for line in rest)]) + "\n")
    book = write_codebook(seeds, tmp_path / "codebook.xlsx")
    read_codebook(book, tmp_path / "new")
    assert {row["review"] for row in rows_of(tmp_path / "new" / "questions.csv")} == {"kijk"}


def workbook_of(seeds, path, change):
    """A workbook as a person saves it: real numbers, truths and dates."""
    book = write_codebook(seeds, path)
    sheets = _sheets(book)
    change(sheets)
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    if not isinstance(cell, str):
                        sheet.write(i, j, cell)
                    elif cell:
                        sheet.write_string(i, j, cell)
    return path


def set_cell(sheets, sheet, row, column, value):
    sheets[sheet][row - 1][sheets[sheet][0].index(column)] = value


def test_numbers_truths_and_dates_that_excel_made_are_read_as_written(seeds, tmp_path):
    def change(sheets):
        set_cell(sheets, "waves", 2, "fieldwork_start", datetime.date(2000, 2, 1))
        set_cell(sheets, "surveys", 2, "min_base_n", 7.0)
        set_cell(sheets, "surveys", 2, "is_simulated", True)

    book = workbook_of(seeds, tmp_path / "codebook.xlsx", change)
    assert read_codebook(book, seeds) == ["surveys.csv", "waves.csv"]
    assert rows_of(seeds / "waves.csv")[0]["fieldwork_start"] == "2000-02-01"
    survey = rows_of(seeds / "surveys.csv")[0]
    assert (survey["min_base_n"], survey["is_simulated"]) == ("7", "true")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s: set_cell(s, "questions", 3, "scale_code", "singel"),
         "sheet 'questions', row 3, column 'scale_code': 'singel' is not in scales.csv"),
        (lambda s: s.pop("options"), "sheet 'options' is not here"),
        (lambda s: s.update(Blad1=[["x"]]), "sheet 'Blad1': is no table of a codebook"),
        (lambda s: s["topics"][1].append("los"), "sheet 'topics', row 2, column "),
        (lambda s: s["topics"][0].__setitem__(1, "naam"),
         "sheet 'topics', row 1: column 'label_nl' is missing."),
        (lambda s: set_cell(s, "topics", 2, "label_nl", "#N/A"),
         "sheet 'topics', row 2, column 'label_nl': #N/A is an error"),
    ],
)  # fmt: skip
def test_a_fault_names_sheet_row_and_column_and_writes_nothing(change, sentence, seeds, tmp_path):
    book = workbook_of(seeds, tmp_path / "codebook.xlsx", change)
    before = {path.name: path.read_bytes() for path in seeds.iterdir()}
    with pytest.raises(InputError, match=r"codebook\.xlsx") as refused:
        read_codebook(book, seeds)
    assert sentence in str(refused.value)
    assert {path.name: path.read_bytes() for path in seeds.iterdir()} == before


def test_the_commands_say_what_changed(seeds, tmp_path):
    book = tmp_path / "codebook.xlsx"
    run = peil("codebook", "excel", "--seeds", seeds, "--output", book)
    assert run.returncode == 0, run.stderr
    edit(seeds, "topics", lambda rows: [{**r, "label_nl": "Anders"} for r in rows])
    back = peil("codebook", "from-excel", book, "--seeds", seeds)
    assert back.returncode == 0, back.stderr
    assert "topics.csv." in back.stdout


def test_drop_down_lists_come_from_keys_and_allowed_values(seeds, tmp_path):
    """By the XML of the workbook: what a spreadsheet program shows."""
    import zipfile

    book = write_codebook(seeds, tmp_path / "codebook.xlsx")
    with zipfile.ZipFile(book) as archive:
        text = "".join(
            archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name
        )
    assert "scales!$A$2:" in text, "questions.scale_code lists the keys of scales"
    assert '"dont_know,refused,skipped,not_asked"' in text
    assert '"true,false"' in text
