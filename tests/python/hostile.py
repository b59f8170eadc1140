"""Files that a supplier could send by accident or on purpose, made here, one per case.

Every case has the name of a source of the default codebook, so that landing has to deal with it.
"""

import io
import os
import random
import socket
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

HEADER = "id;submitdate;G01Q01;G01Q02"
SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/'
    'spreadsheetml/2006/main"><dimension ref="{ref}"/><sheetData>{rows}</sheetData></worksheet>'
)
PARTS = {
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/'
    'package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.'
    'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/'
    'xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/'
    'package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/'
    'spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.'
    'openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.'
    'openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(rows: str, ref: str = "A1") -> bytes:
    """An .xlsx with these rows as they stand."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(ref=ref, rows=rows))
    return content.getvalue()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def far_cell(column: str, row: int) -> bytes:
    first = f'<row r="1">{text_cell("A1", "id")}</row>'
    return workbook(f'{first}<row r="{row}">{text_cell(f"{column}{row}", "x")}</row>')


def zip_bomb(n_megabytes: int, *, declared: bool = True) -> bytes:
    """A workbook whose sheet is a great many spaces; `declared` false lies about its size."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(n_megabytes):
                sheet.write(b" " * (1 << 20))
    raw = content.getvalue()
    if not declared:
        size = (n_megabytes << 20).to_bytes(4, "little")
        raw = raw.replace(size, (1000).to_bytes(4, "little"))
    return raw


def many_parts(n: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        for i in range(n):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", "")
    return content.getvalue()


def entities() -> bytes:
    """A billion laughs."""
    lines = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f"<!DOCTYPE x [{lines}]>" + SHEET.format(
                ref="A1", rows=f'<row r="1">{text_cell("A1", "&a9;")}</row>'
            ),
        )  # fmt: skip
    return content.getvalue()


def parquet(sql: str) -> bytes:
    import tempfile

    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute(f"copy ({sql}) to '{folder}/p.parquet' (format parquet)")
        return Path(folder, "p.parquet").read_bytes()


def sav_header(n_rows: int, compressed: int = 0) -> bytes:
    """The first record of a .sav file that says it has this many rows."""
    return (
        b"$FL2@(#) SPSS DATA FILE".ljust(64)
        + (2).to_bytes(4, "little") + (200_000_000).to_bytes(4, "little")
        + compressed.to_bytes(4, "little") + (0).to_bytes(4, "little")
        + n_rows.to_bytes(4, "little") + b"\0" * 8 + b" " * 84
    )  # fmt: skip


def contents(good: dict[str, bytes]) -> dict[str, bytes]:
    """Hostile content by a name for its case and the extension it is sent with."""
    rng = random.Random(1)
    csv, sav, xlsx = good["csv"], good["sav"], good["xlsx"]
    cut = {
        f"cut_{part}.{kind}": whole[: len(whole) * part // 100]
        for kind, whole in (("sav", sav), ("xlsx", xlsx))
        for part in (1, 30, 60, 99)
    }
    junk = {
        f"junk_{n}.{kind}": rng.randbytes(n)
        for kind in ("csv", "sav", "xlsx", "parquet")
        for n in (1, 5000)
    }
    return {
        **cut,
        **junk,
        "far_cell.xlsx": far_cell("XFD", 1_048_576),
        "far_row.xlsx": far_cell("ZZ", 1_048_576),
        "far_column.xlsx": far_cell("XFD", 3),
        "far_beyond.xlsx": far_cell("ZZZZZZ", 99_999_999),
        "bomb.xlsx": zip_bomb(400),
        "bomb_undeclared.xlsx": zip_bomb(150, declared=False),
        "many_parts.xlsx": many_parts(20_000),
        "entities.xlsx": entities(),
        "no_sheets.xlsx": workbook(""),
        "only_zip.xlsx": b"PK\5\6" + b"\0" * 18,
        "sav_as_xlsx.xlsx": sav,
        "xlsx_as_sav.sav": xlsx,
        "csv_as_sav.sav": csv,
        "csv_as_xlsx.xlsx": csv,
        "csv_as_parquet.parquet": csv,
        "sav_as_csv.csv": sav,
        "xlsx_as_csv.csv": xlsx,
        "gzip.csv": zlib.compress(csv),
        "many_rows.sav": sav_header(2_000_000_000),
        "zsav_header.sav": sav_header(5, 2),
        "parquet_footer.parquet": parquet("select 1 as id")[:60] + b"PAR1",
        "parquet_cells.parquet": parquet(
            "select " + ", ".join(f"1 as c{i}" for i in range(50)) + " from range(5_000_000) t (i)"
        ),
        "wide.csv": (";".join(f"c{i}" for i in range(60_000)) + "\n").encode() * 2,
        "wide.xlsx": workbook(
            "".join(
                f'<row r="{r}">' + "".join(f"<c><v>{i}</v></c>" for i in range(16_000)) + "</row>"
                for r in (1, 2, 3)
            )
        ),
        "empty.csv": b"",
        "empty.sav": b"",
        "empty.xlsx": b"",
        "newlines.csv": b"\n" * 100_000,
        "nul.csv": csv[:200] + b"\0" * 50 + csv[200:],
        "open_quote.csv": csv + b'"' + b"x" * 2_000_000,
        "long_cell.csv": (HEADER + "\n").encode() + b"1;" + b"y" * 30_000_000 + b";1;1\n",
        "ragged.csv": (HEADER + "\n1;2\n1;2;3;4;5;6\n").encode(),
        "one_line.csv": HEADER.encode(),
        "utf16.csv": csv.decode("utf-8-sig").encode("utf-16")[:-1],
        "utf32.csv": csv.decode("utf-8-sig").encode("utf-32"),
        "twice.csv": (HEADER + ";id\n1;2;3;4;5\n").encode(),
        "no_header.csv": b";;;\n1;2;3;4\n",
        "formulas.csv": (HEADER + "\n=1+1;@x;+2;-3\n").encode(),
        "row_number.csv": b"row_number;id\n1;2\n",
        "surrogates.csv": HEADER.encode() + b"\n\xed\xa0\x80;2;3;4\n",
        "sql.csv": b'"a\'); drop table raw.deliveries; --";id\n1;2\n',
        "html.csv": b"<html><body>Sign in to download</body></html>\n",
        "bell.csv": (HEADER + "\n" + "\x07\x1b[2J;2;3;4\n" * 100).encode(),
    }


def specials(inbox: Path, name: Callable[[str], str]) -> list[Path]:
    """What is no ordinary file: pipes, links, sockets, folders, devices."""
    made = []

    def at(case: str) -> Path:
        made.append(inbox / name(case))
        return made[-1]

    os.mkfifo(at("pipe.csv"))
    at("link_to_nothing.csv").symlink_to(inbox / "nowhere.csv")
    loop = at("link_to_itself.csv")
    loop.symlink_to(loop)
    at("link_to_zero.csv").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as door:
        before = Path.cwd()
        try:
            os.chdir(inbox)  # the path of a socket may be 108 bytes long
            door.bind(at("socket.csv").name)
        finally:
            os.chdir(before)
    sparse = at("sparse.csv")
    with sparse.open("wb") as handle:
        handle.truncate(1 << 40)
    return made
