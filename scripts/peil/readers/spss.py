"""SPSS .sav: codes as they stand, user-missing ranges beside them, labels for the codebook."""

from pathlib import Path

import duckdb

from peil.codebook import Source
from peil.codebook.formats import Format
from peil.errors import DeliveryRejectedError
from peil.readers.frames import first_line, raise_if_machine, store_relation
from peil.readers.headers import layout
from peil.readers.reading import Reading


def read_sav(path: Path, encoding: str = "") -> tuple:
    """The file as a data frame of codes, and its metadata.

    Raises:
        DeliveryRejectedError: it is not a readable .sav file.
    """
    import pyreadstat

    try:
        return pyreadstat.read_sav(
            str(path),
            apply_value_formats=False,
            user_missing=True,
            encoding=encoding or None,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        reason = first_line(error)
    except (ValueError, OverflowError, UnicodeError, KeyError, TypeError) as error:
        reason = first_line(error)
    if "memory" in reason.lower() or "malloc" in reason.lower():
        raise MemoryError(reason)
    advice = (
        "Declare its encoding (for instance windows-1252) in sources.csv."
        if "convert" in reason.lower() or "codec" in reason.lower()
        else "Export it again from SPSS."
    )
    raise DeliveryRejectedError(
        f"{path.name}: cannot be read as SPSS .sav ({reason}). {advice}",
        nl="Het bestand is niet te lezen als SPSS-bestand (.sav).",
    )


def read_spss(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    source: Source,
    fmt: Format,
    scratch: Path,  # noqa: ARG001  (every reader gets one)
) -> Reading:
    """Read a .sav file into `incoming`.

    Raises:
        DeliveryRejectedError: it cannot be read, or holds no columns.
    """
    frame, meta = read_sav(path, source.encoding)
    names = [str(name) for name in frame.columns]
    head = layout([names], fmt.tool, path.name)
    connection.register("frame_in", frame)
    try:
        store_relation(connection, "frame_in", dict(zip(names, head.names, strict=True)), source)
    except duckdb.Error as error:
        raise_if_machine(error)
        raise DeliveryRejectedError(
            f"{path.name}: its values cannot be stored ({first_line(error)}). Export it again "
            "from SPSS."
        ) from error
    finally:
        connection.unregister("frame_in")
    missing = {
        column: [(r["lo"], r["hi"]) for r in ranges]
        for column, ranges in meta.missing_ranges.items()
        if all(isinstance(r["lo"], float) for r in ranges)
    }
    labels = {c: t for c, t in zip(names, meta.column_labels, strict=True) if t}
    notes = []
    if meta.file_encoding and meta.file_encoding.lower() not in {"utf-8", "utf8"}:
        notes.append(f"encoding {meta.file_encoding}")
    if getattr(meta, "mr_sets", None):
        notes.append(f"multiple-response sets {', '.join(meta.mr_sets)}")
    return Reading(names, labels, [], notes, missing)
