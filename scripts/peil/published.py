"""Read the published file as every reader does: read-only, with an error a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from peil.errors import InputError


@contextmanager
def open_published(
    file: Path | str, made_by: str = "peil nightly"
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file read-only.

    Args:
        file: such as `published/peil.duckdb`; its tables stand in schema `marts`.
        made_by: the command that makes it, for messages.

    Yields:
        A DuckDB connection, closed at the end of the `with` block.

    Raises:
        InputError: the file is not there, is no DuckDB file, or lacks a table or column that is
            asked for because another version of peil made it.
    """
    file = Path(file)
    if not file.exists():
        raise InputError(f"{file}: not there. Run `{made_by}` first.")
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            yield connection
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise InputError(
            f"{file}: does not hold what is asked for ({str(error).splitlines()[0]}). It was "
            f"made by another version of peil; run `{made_by}` to make it again."
        ) from error
    except duckdb.IOException as error:
        raise InputError(
            f"{file}: cannot be read as a DuckDB file ({str(error).splitlines()[0]})."
        ) from error
