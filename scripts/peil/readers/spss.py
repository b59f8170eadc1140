"""SPSS .sav: codes as they stand, user-missing ranges beside them, labels for the codebook."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from peil.codebook import Source
from peil.codebook.formats import Format
from peil.errors import DeliveryRejectedError
from peil.readers.calendar import REASON
from peil.readers.encodings import NAMES, UTF8, Letters, codec_of
from peil.readers.frames import first_line, raise_if_machine, require_all, store_relation
from peil.readers.headers import layout
from peil.readers.reading import Missing, Reading, Unusable

if TYPE_CHECKING:
    import pandas as pd

# Every byte is a character of its own in it, so that no byte is lost.
_BYTES = "ISO-8859-1"
_LAYOUT_AT, _CASES_AT = 64, 80
# SPSS counts seconds from the day the Gregorian calendar began.
_BEGIN = "1582-10-14"
_DAYS = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
_MOMENTS = ("DATETIME", "YMDHMS")
_TIMES = ("TIME", "DTIME", "MTIME")
_LAST_YEAR = 9999
_READABLE = 1e17


def read_sav(path: Path, encoding: str = "") -> tuple["pd.DataFrame", Any]:
    """The file as a data frame of codes (dates are seconds still), and its metadata."""
    return open_sav(path, Source("", "", "", "survey", "*", "sav", encoding=encoding))[:2]


def open_sav(path: Path, source: Source) -> tuple["pd.DataFrame", Any, list[str]]:
    """The file as a data frame of codes, its metadata, and notes; dates are seconds still.

    Text is in the encoding that the file declares where that spells words, else in the one that
    does.

    Raises:
        DeliveryRejectedError: it is not a readable .sav file.
    """
    if source.encoding:
        name = codec_of(source, path)
        frame, meta = _read(path, source, _BYTES)
        _again(frame, meta, _BYTES, name)
        return frame, meta, []
    try:
        frame, meta = _read(path, source, "")
    except DeliveryRejectedError as refused:
        if not _is_about_letters(str(refused)):
            raise
        frame, meta = _read(path, source, _BYTES)
        declared = ""
    else:
        declared = meta.file_encoding or ""
        if declared.lower() in UTF8:
            return frame, meta, []
    return _decoded(path, source, frame, meta, declared)


def _read(path: Path, source: Source, encoding: str) -> tuple["pd.DataFrame", Any]:
    import pyreadstat

    try:
        return pyreadstat.read_sav(
            str(path),
            apply_value_formats=False,
            user_missing=True,
            disable_datetime_conversion=True,
            encoding=encoding or None,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        reason = first_line(error)
    except (ValueError, OverflowError, UnicodeError, KeyError, TypeError) as error:
        reason = first_line(error)
    if "memory" in reason.lower() or "malloc" in reason.lower():
        raise MemoryError(reason)
    advice = (
        source.declare("encoding", "windows-1252")
        if _is_about_letters(reason)
        else "Export it again from SPSS"
    )
    raise DeliveryRejectedError(
        f"{path.name}: cannot be read as SPSS .sav ({reason}). {advice}.",
        nl="Het bestand is niet te lezen als SPSS-bestand (.sav).",
    )


def _is_about_letters(reason: str) -> bool:
    return any(sign in reason.lower() for sign in ("convert", "codec", "character set", "encoding"))


def _decoded(
    path: Path, source: Source, frame: "pd.DataFrame", meta: Any, declared: str
) -> tuple["pd.DataFrame", Any, list[str]]:
    """The texts in the encoding in which they make words; `declared` is how they were read."""
    letters = Letters()
    read_as = declared or _BYTES
    try:
        for text in _texts(frame, meta):
            if not text.isascii():
                letters.add(text.encode(read_as) + b" ")
    except (LookupError, UnicodeEncodeError):
        return frame, meta, [f"encoding {declared}"]
    found = letters.best()
    if letters.are_utf8() or letters.are_mixed():
        # Texts of a fixed width end in half a letter where it was cut.
        name = "utf-8"
    elif declared and (letters.fit(declared) > 0 or not found.is_sure):
        return frame, meta, [f"encoding {declared}"]
    elif found.is_sure:
        name = found.name
    else:
        raise DeliveryRejectedError(
            f"{path.name}: its letters are not in the encoding it declares, nor in one that makes "
            f"words. {source.declare('encoding', 'windows-1252')}.",
            nl="Niet duidelijk is hoe de letters met accenten zijn opgeslagen.",
        )
    _again(frame, meta, read_as, name)
    return frame, meta, [f"encoding {NAMES.get(name, name)}, which is not what the file declares"]


def _again(frame: "pd.DataFrame", meta: Any, read_as: str, name: str) -> None:
    """Decode every text once more, in place."""

    def again(text: Any) -> Any:
        if not isinstance(text, str) or text.isascii():
            return text
        try:
            raw = text.encode(read_as)
        except UnicodeEncodeError:
            return text
        return raw.decode(name, errors="ignore" if name == "utf-8" else "replace")

    _apply(again, frame, meta)


def _texts(frame: "pd.DataFrame", meta: Any) -> list[str]:
    texts = [str(t) for t in (*meta.column_names, *meta.column_labels) if t]
    texts += [str(t) for labels in meta.variable_value_labels.values() for t in labels.values()]
    for column in frame.columns[[str(d) in {"object", "str", "string"} for d in frame.dtypes]]:
        texts += [t for t in frame[column].unique() if isinstance(t, str)]
    return texts


def _apply(again: Callable[[Any], Any], frame: "pd.DataFrame", meta: Any) -> None:
    for column in frame.columns[[str(d) in {"object", "str", "string"} for d in frame.dtypes]]:
        frame[column] = frame[column].map({t: again(t) for t in frame[column].unique()})
    frame.columns = [again(name) for name in frame.columns]
    meta.column_names = list(frame.columns)
    meta.column_labels = [again(label) for label in meta.column_labels]
    for kept in (
        "variable_value_labels", "missing_ranges", "readstat_variable_types",
        "original_variable_types", "variable_measure",
    ):  # fmt: skip
        setattr(meta, kept, {again(k): v for k, v in getattr(meta, kept).items()})
    meta.variable_value_labels = {
        column: {again(code): again(label) for code, label in labels.items()}
        for column, labels in meta.variable_value_labels.items()
    }
    for definition in (getattr(meta, "mr_sets", None) or {}).values():
        definition["label"] = again(definition["label"])
        definition["variable_list"] = [again(name) for name in definition["variable_list"]]


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
    frame, meta, notes = open_sav(path, source)
    n_cases = cases_declared(path)
    require_all(path.name, len(frame), len(frame) if n_cases is None else n_cases)
    unusable = write_dates(frame, meta)
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
    labels = {c: t for c, t in zip(names, meta.column_labels, strict=True) if t}
    if getattr(meta, "mr_sets", None):
        notes.append(f"multiple-response sets {', '.join(meta.mr_sets)}")
    return Reading(
        names, labels, [], notes, missing_of(meta), unusable=unusable,
        value_labels=value_labels_of(meta),
    )  # fmt: skip


def value_labels_of(meta: Any) -> dict[str, dict[str, str]]:
    """Per column the label of each code, a code being text as it is in `incoming`."""
    return {
        column: {
            str(int(code)) if isinstance(code, float) and code.is_integer() else str(code): str(
                label
            ).strip()
            for code, label in labels.items()
        }
        for column, labels in meta.variable_value_labels.items()
    }


def missing_of(meta: Any) -> dict[str, list[Missing]]:
    """Per column what is user-missing: numbers between two others, or texts."""
    return {
        column: [
            (float(r["lo"]), float(r["hi"])) if isinstance(r["lo"], float) else str(r["lo"]).strip()
            for r in ranges
        ]
        for column, ranges in meta.missing_ranges.items()
    }


def write_dates(frame: "pd.DataFrame", meta: Any) -> list[Unusable]:
    """Make seconds dates, in place; returns the values that no calendar has."""
    import numpy as np
    import pandas as pd

    unusable = []
    for column, form in meta.original_variable_types.items():
        letters = form.rstrip("0123456789.").upper()
        if letters in _TIMES:
            frame[column] = _clock(frame[column])
        if letters not in (*_DAYS, *_MOMENTS) or not pd.api.types.is_numeric_dtype(frame[column]):
            continue
        seconds = frame[column].to_numpy(dtype=float)
        last = (np.datetime64(f"{_LAST_YEAR + 1}-01-01") - np.datetime64(_BEGIN)).astype(int)
        good = (seconds >= 0) & (seconds < float(last) * 86400)
        declared = [(r["lo"], r["hi"]) for r in meta.missing_ranges.get(column, [])]
        missing = np.isnan(seconds)
        for low, high in declared:
            missing |= (seconds >= low) & (seconds <= high)
        good &= ~missing
        for row in np.flatnonzero(~good & ~missing):
            unusable.append(Unusable(int(row) + 1, column, _shown(seconds[row]), REASON))
        moments = np.datetime64(_BEGIN, "s") + np.where(good, seconds, 0).astype("timedelta64[s]")
        texts = np.datetime_as_string(moments, unit="D" if letters in _DAYS else "s")
        dates = pd.Series(np.char.replace(texts, "T", " "), index=frame.index, dtype="string")
        frame[column] = dates.where(good)
    return unusable


def _clock(seconds: "pd.Series") -> "pd.Series":
    """Seconds as hours, minutes and seconds; a duration may be longer than a day."""
    whole = seconds.abs() // 1
    parts = [whole // 3600, whole // 60 % 60, whole % 60]
    hours, minutes, rest = (p.astype("Int64").astype("string").str.zfill(2) for p in parts)
    return seconds.lt(0).map({True: "-", False: ""}) + hours + ":" + minutes + ":" + rest


def _shown(seconds: float) -> str:
    """A date that is out of reach, as people would have read it."""
    import numpy as np

    if abs(seconds) > _READABLE:
        return f"{seconds:.15g} seconds after {_BEGIN}"
    moment = np.datetime64(_BEGIN, "s") + np.timedelta64(int(seconds), "s")
    return str(np.datetime_as_string(moment, unit="D"))


def cases_declared(path: Path) -> int | None:
    """How many cases the header of the file says it has; None where it does not say."""
    with path.open("rb") as handle:
        header = handle.read(_CASES_AT + 4)
    order = "<" if struct.unpack_from("<i", header, _LAYOUT_AT)[0] in (2, 3) else ">"
    (n_cases,) = struct.unpack_from(f"{order}i", header, _CASES_AT)
    return n_cases if n_cases >= 0 else None
