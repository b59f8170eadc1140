"""One Excel workbook: a reading guide, a sheet per mart, the meaning of every column."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb
import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from peil.dutch import level
from peil.export.tables import Column, PublishedTable
from peil.warehouse import one_row, quoted

GUIDE = (
    ("Wat is dit?", "Alle gepubliceerde cijfers, één blad per onderwerp. Elk blad heeft filters "
     "boven de kolommen."),
    ("Welke rijen?", "Kies eerst één groep (kolom segment_label_nl) en één weging: de kolom "
     "is_default_scheme is WAAR bij de weging die in het rapport staat. Tel rijen niet op."),
    ("Marges", "ci_low en ci_high zijn de onder- en bovengrens van het {level}-betrouwbaarheids"
     "interval. n_answers (n) is het ongewogen aantal antwoorden."),
    ("Niet getoond", "Grijze rijen zijn cijfers die niet gepubliceerd mogen worden, bijvoorbeeld "
     "door te weinig antwoorden. De kolom withheld_label_nl zegt waarom."),
    ("Verschillen", "Een verschil is alleen een verschil als is_significant WAAR is. Een verschil "
     "tussen twee groepen bewijst niet dat de groep de oorzaak is."),
    ("Kolommen", "Het blad Kolommen zegt van elke kolom wat erin staat (in het Engels, zoals in "
     "de database)."),
)  # fmt: skip
# Beside each other, left on the sheet: what it is about, the figure, its interval and its base.
FIRST = (
    "wave_code", "segment_label_nl", "segment_label_a_nl", "segment_label_b_nl",
    "question_label_nl", "label_nl", "statistic_label_nl", "option_label_nl",
)  # fmt: skip
FIGURES = (
    "estimate", "share", "mean_grade", "difference", "comparison_estimate", "reference_estimate",
)  # fmt: skip
BASES = ("n_answers", "n_comparison", "n_reference")
WIDTHS = {"VARCHAR": 24, "BOOLEAN": 11, "DOUBLE": 13, "BIGINT": 11, "DATE": 12}
FIRST_ROW = 2


def write_workbook(
    connection: duckdb.DuckDBPyConnection, tables: list[PublishedTable], target: Path, note: str
) -> None:
    """Write the workbook; `note` says above every sheet what the data is.

    Raises:
        OSError: it cannot be written, such as to a full disk.
    """
    try:
        with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
            # The same figures give the same bytes.
            book.set_properties({"title": note, "created": date(2000, 1, 1)})
            styles = _styles(book)
            _guide(book, styles, tables, note, _level(connection), _sample(connection))
            means = _means(connection)
            for table in tables:
                _sheet(book, styles, connection, table, note, means)
            _columns(book, styles, tables)
    except XlsxFileError as error:
        cause = error.args[0] if error.args else None
        raise cause if isinstance(cause, OSError) else OSError(f"{target}: {error}") from error


def _styles(book: Workbook) -> dict[str, Format]:
    grey = {"font_color": "#52606D", "bg_color": "#E6EBF0"}
    kinds = {"share": "0.0%", "number": "0.00", "count": "#,##0", "date": "d-m-yyyy", "text": "@"}
    styles = {kind: book.add_format({"num_format": code}) for kind, code in kinds.items()}
    styles |= {
        f"{kind} withheld": book.add_format({"num_format": code, **grey})
        for kind, code in kinds.items()
    }
    styles["head"] = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bottom_color": "#154273"}
    )
    styles["title"] = book.add_format({"bold": True, "font_size": 14, "font_color": "#154273"})
    styles["note"] = book.add_format({"bold": True, "font_color": "#5C4100"})
    styles["wrap"] = book.add_format({"text_wrap": True, "valign": "top"})
    styles["strong"] = book.add_format({"bold": True, "valign": "top"})
    return styles


def _guide(
    book: Workbook,
    styles: dict[str, Format],
    tables: list[PublishedTable],
    note: str,
    confidence: str,
    sample: str,
) -> None:
    sheet = book.add_worksheet("Leeswijzer")
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, "Leeswijzer", styles["title"])
    sheet.write_string(1, 0, note, styles["note"])
    row = 3
    guide = (*GUIDE, ("Wie deed mee?", sample)) if sample else GUIDE
    for title, text in guide:
        sheet.write_string(row, 0, title, styles["strong"])
        sheet.write_string(row, 1, text.format(level=confidence), styles["wrap"])
        row += 1
    row += 1
    sheet.write_string(row, 0, "Blad", styles["head"])
    sheet.write_string(row, 1, "Wat er op staat (in het Engels)", styles["head"])
    for table in tables:
        row += 1
        sheet.write_url(row, 0, f"internal:'{table.name}'!A1", string=table.name)
        sheet.write_string(row, 1, table.comment, styles["wrap"])


def _level(connection: duckdb.DuckDBPyConnection) -> str:
    """Of the intervals, in words; every wave has the same."""
    (found,) = one_row(connection, "select max(confidence_level) from marts.about")
    return "" if found is None else level(found)


def _sample(connection: duckdb.DuckDBPyConnection) -> str:
    """How respondents of each survey came to take part."""
    (found,) = one_row(
        connection,
        "select string_agg(label_nl || ': ' || sample_kinds_nl, '. ' order by survey_code) "
        "from marts.about where is_latest_wave",
    )
    return "" if found is None else f"{found}. De marges gaan alleen over toeval."


def _means(connection: duckdb.DuckDBPyConnection) -> set[tuple[str | None, str]]:
    """Question and statistic of every mean; of a KPI that is no share the question is None."""
    found = connection.execute(
        "select question_code, statistic from marts.dim_questions "
        "inner join marts.dim_statistics using (scale_code) where kind = 'mean'"
    ).fetchall()
    return {*found, (None, "mean")}


def _ordered(columns: Iterable[Column]) -> list[Column]:
    """Labels first, then each figure with its interval, its base and why it is withheld."""
    by_name = {column.name: column for column in columns}
    names = list(FIRST)
    for figure in FIGURES:
        names += [figure, f"{figure}_ci_low", f"{figure}_ci_high"]
    names += ["ci_low", "ci_high", *BASES, "is_significant", "withheld_label_nl", "quality_flag"]
    leading = [by_name[name] for name in dict.fromkeys(names) if name in by_name]
    return leading + [column for column in columns if column not in leading]


def _sheet(
    book: Workbook,
    styles: dict[str, Format],
    connection: duckdb.DuckDBPyConnection,
    table: PublishedTable,
    note: str,
    means: set[tuple[str | None, str]],
) -> None:
    sheet = book.add_worksheet(table.name)
    columns = _ordered(table.columns)
    names = [column.name for column in columns]
    sheet.write_string(0, 0, f"{table.name}: {note}", styles["note"])
    for index, column in enumerate(columns):
        sheet.set_column(index, index, WIDTHS.get(column.data_type, 14))
        sheet.write_string(FIRST_ROW - 1, index, column.name, styles["head"])
    sheet.freeze_panes(FIRST_ROW, 0)
    rows = connection.execute(
        f"select {', '.join(map(quoted, names))} from marts.{quoted(table.name)}"
    ).fetchall()
    looks = {
        (is_mean, is_withheld): [
            styles[_kind(column, is_mean) + " withheld" * is_withheld] for column in columns
        ]
        for is_mean in (True, False)
        for is_withheld in (True, False)
    }
    withheld, question, statistic = (
        names.index(name) if name in names else None
        for name in ("is_withheld", "question_code", "statistic")
    )
    for number, row in enumerate(rows, FIRST_ROW):
        is_withheld = withheld is not None and bool(row[withheld])
        is_mean = statistic is None or _is_mean(
            None if question is None else row[question], row[statistic], means
        )
        look = looks[is_mean, is_withheld]
        for index, value in enumerate(row):
            # What is empty shows nothing but the grey of its row.
            if value is not None or is_withheld:
                _write(sheet, number, index, value, look[index])
    sheet.autofilter(FIRST_ROW - 1, 0, FIRST_ROW - 1 + len(rows), len(columns) - 1)


def _write(sheet: Worksheet, row: int, column: int, value: object, style: Format) -> None:
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value), style)


def _is_mean(
    question: str | None, statistic: str | None, means: set[tuple[str | None, str]]
) -> bool:
    return statistic is None or (question, statistic) in means


def _kind(column: Column, is_mean: bool) -> str:
    """How a column is shown: a share as a percentage, a grade with two decimals."""
    if column.data_type in ("VARCHAR", "BOOLEAN"):
        return "text"
    if column.data_type in ("DATE", "TIMESTAMP"):
        return "date"
    if column.data_type == "BIGINT" or column.name.startswith("n_") or column.name == "population":
        return "count"
    if "share" in column.name:
        return "share"
    own = ("estimate", "difference", "change", "se", "comparison_estimate", "reference_estimate")
    is_figure = column.name.startswith((*own, "ci_", "earlier_"))
    return "share" if is_figure and not is_mean else "number"


def _columns(book: Workbook, styles: dict[str, Format], tables: list[PublishedTable]) -> None:
    sheet = book.add_worksheet("Kolommen")
    sheet.set_column(0, 1, 28)
    sheet.set_column(2, 2, 110)
    for index, title in enumerate(("Blad", "Kolom", "Betekenis (in het Engels)")):
        sheet.write_string(0, index, title, styles["head"])
    sheet.freeze_panes(1, 0)
    described = [(table.name, column) for table in tables for column in table.columns]
    for row, (name, column) in enumerate(described, 1):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, column.name)
        sheet.write_string(row, 2, column.comment)
