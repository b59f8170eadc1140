"""Any file of `peil rake` as a table of text, by the readers of `peil land`."""

import tempfile
from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.formats import FORMATS
from peil.errors import DeliveryRejectedError, InputError
from peil.rake_files.job import Job
from peil.readers import INCOMING, Reading, read_delivery
from peil.readers.marks import mark_of_numbers


def read_table(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    option: str,
    *,
    declared_in: str = "options",
    file_format: str = "auto",
    delimiter: str = "",
    encoding: str = "",
    decimal_mark: str = "",
) -> Reading:
    """Read a file into `incoming`.

    Raises:
        InputError: it is not there, or cannot be read.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file. Give {option} a file.")
    if file_format not in ("auto", *FORMATS):
        raise InputError(f"--format {file_format}: is not one of auto, {', '.join(FORMATS)}.")
    source = Source(
        "", "", "", "survey", path.name, file_format, delimiter=delimiter, encoding=encoding,
        decimal_mark=decimal_mark, declared_in=declared_in,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="peil-") as scratch:
        try:
            return read_delivery(connection, path, source, Path(scratch))
        except DeliveryRejectedError as error:
            raise InputError(str(error).replace(path.name, str(path), 1)) from error


def mark_in(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    job: Job,
    reading: Reading,
    where: str,
    way_out: str = "",
) -> str:
    """The decimal mark of the numbers in an SQL expression over `incoming`.

    Raises:
        InputError: they may be read in two ways; `where` says where they stand.
    """
    texts = [
        t for (t,) in connection.execute(
            f"select distinct {text} from {INCOMING} where {text} is not null order by 1"
        ).fetchall()
    ]  # fmt: skip
    mark = mark_of_numbers(texts, job.decimal_mark, reading.delimiter)
    if not mark:
        raise InputError(
            f"{where}: {texts[0]!r} may be read in two ways. Give --decimal-mark , or "
            f"--decimal-mark .{way_out}"
        )
    return mark
