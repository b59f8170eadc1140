"""Any file of `peil rake` as a table of text, by the readers of `peil land`."""

import tempfile
from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.formats import FORMATS
from peil.errors import DeliveryRejectedError, InputError
from peil.readers import Reading, read_delivery


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
