"""Raking of a data frame: pandas, polars, PyArrow, or any other with the Arrow interface."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from peil.errors import InputError, RakingError
from peil.raking import Margin, prepare_margins
from peil.raking import rake as rake_cells
from peil.raking.engine import RECHECK_TOLERANCE, worst_error
from peil.raking.margins import numbered

MARGINS = "the margins"
Targets = Mapping[str, Mapping[object, float]]


def rake(
    frame: Any,
    margins: Targets,
    *,
    base_weight: str | None = None,
    lower: float | None = None,
    upper: float | None = None,
    bounds_on: str = "g",
    unknown_levels: Collection[object] = (),
) -> np.ndarray:
    """Weights that make a sample reproduce the population totals of every margin.

    Deterministic, and equal to R `survey::calibrate(calfun = "raking")` within 1e-9.

    Args:
        frame: one row per respondent, n rows; pandas, polars, PyArrow, or what else offers
            `__arrow_c_stream__`.
        margins: per column the population total of every level. Levels are compared as text,
            without the spaces around it: 1, 1.0 and "1" are one level.
        base_weight: column with the base weight; 1 for everybody without it.
        lower: smallest g (weight / base weight, mean 1) or w (weight, mean 1).
        upper: largest g or w.
        bounds_on: "g" or "w".
        unknown_levels: levels that the population does not know ('other', 'no answer'): they keep
            their base-weighted share. An empty value always does.

    Returns:
        The weights in the order of the rows, shape (n,), in the unit of the margins: over the rows
        of a level they sum to its total.

    Raises:
        InputError: a column that is not there, a margin without levels.
        RakingError: weights that meet the margins do not exist; the message names the level, the
            numbers and what to do.

    Source: Deming & Stephan (1940); Deville & Särndal (1992).

    >>> import pandas as pd
    >>> sample = pd.DataFrame({"sex": ["m", "m", "m", "f"], "age": ["young", "old", "old", "old"]})
    >>> margins = {"sex": {"m": 50, "f": 50}, "age": {"young": 20, "old": 80}}
    >>> rake(sample, margins).round(3).tolist()
    [20.0, 15.0, 15.0, 50.0]
    """
    names = [*margins, *([] if base_weight is None else [base_weight])]
    columns = _columns(frame, names)
    if not margins:
        raise InputError("There are no margins. Give at least one column with its totals.")
    n = len(columns[0])
    if not n:
        raise InputError("The data frame has no rows: there is nobody to weigh.")
    d = np.ones(n) if base_weight is None else _base_weights(columns[-1], base_weight)
    coded = {name: _levels(column) for name, column in zip(margins, columns, strict=False)}
    cell, cells = _cells(coded, d if bounds_on == "w" else None)
    sums = np.bincount(cell, weights=d)
    counts = np.bincount(cell)
    prepared = prepare_margins(
        {name: levels[codes[cells]] for name, (levels, codes) in coded.items()},
        sums,
        counts,
        _as_text(margins),
        unknown_levels={"", *map(_text, unknown_levels)},
        margins_file=MARGINS,
    )
    raked = rake_cells(
        sums, prepared, cell_counts=counts, lower=lower, upper=upper, bounds_on=bounds_on
    )
    weights = d * raked.factors[cell]
    _check(weights, coded, prepared)
    return weights


def _columns(frame: Any, names: list[str]) -> list[pa.Array]:
    """The columns of a frame as Arrow arrays."""
    if not hasattr(frame, "__getitem__"):
        if not hasattr(frame, "__arrow_c_stream__"):
            raise InputError(
                f"{type(frame).__name__} is no data frame. Give pandas, polars or PyArrow."
            )
        frame = pa.table(frame)
    present = list(frame.column_names if hasattr(frame, "column_names") else frame.columns)
    for name in names:
        if present.count(name) != 1:
            problem = "is in the data frame twice" if name in present else "is not here"
            raise InputError(f"Column '{name}' {problem}. Columns: {', '.join(map(str, present))}.")
    return [_as_arrow(frame[name], name) for name in names]


def _as_arrow(column: Any, name: str) -> pa.Array:
    try:
        if hasattr(column, "to_arrow"):  # polars
            column = column.to_arrow()
        elif (coded := _coded_text(column)) is not None:
            column = coded
        elif not isinstance(column, pa.ChunkedArray | pa.Array):
            column = pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InputError(
            f"Column '{name}' holds values of several kinds ({str(error).splitlines()[0]}). Make "
            "it all text or all numbers."
        ) from error
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _coded_text(column: Any) -> pa.Array | None:
    """A pandas column of Python texts, each looked up once; None for any other column."""
    kind = getattr(column, "dtype", None)
    if not (isinstance(kind, np.dtype) and kind.hasobject and hasattr(column, "to_numpy")):
        return None
    import pandas as pd

    codes, texts = pd.factorize(column.to_numpy())
    if not all(isinstance(text, str) for text in texts):
        return None
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(texts))


def _base_weights(column: pa.Array, name: str) -> np.ndarray:
    try:
        d = pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(
            f"Base weight '{name}' does not hold numbers ({str(error).splitlines()[0]})."
        ) from error
    bad = np.flatnonzero(~(np.isfinite(d) & (d > 0)))
    if len(bad):
        first = ", ".join(f"row {i}: {d[i]:g}" for i in bad[:5])
        raise RakingError(
            f"Base weight '{name}' is missing, 0, negative or not finite for {len(bad):,} "
            f"respondents ({first}). Every respondent needs a base weight above 0."
        )
    return d


def _levels(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The levels of a column as text, and the number of its level per row."""
    if pa.types.is_string_view(column.type):
        column = column.cast(pa.large_string())
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    codes = coded.indices
    names = [_text(value) for value in coded.dictionary.to_pylist()]
    if codes.null_count:
        codes = pc.fill_null(codes, len(names))
        names.append("")
    # Levels that are one as text, such as 1 and 1.0, become one number.
    levels, number = numbered(names)
    return levels, number[codes.to_numpy()]


def _cells(
    coded: Mapping[str, tuple[np.ndarray, np.ndarray]], also_by: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """The number of the raking cell per row, and a row of each cell."""
    key = np.zeros(len(next(iter(coded.values()))[1]), dtype=np.int64)
    n_keys = 1
    for levels, codes in coded.values():
        if n_keys > np.iinfo(np.int64).max // max(len(levels), 1):
            key = np.unique(key, return_inverse=True)[1]
            n_keys = int(key.max()) + 1
        key, n_keys = key * len(levels) + codes, n_keys * len(levels)
    if also_by is not None:
        distinct, number = np.unique(also_by, return_inverse=True)
        key = np.unique(key, return_inverse=True)[1] * len(distinct) + number
        n_keys = int(key.max()) + 1
    if n_keys > 4 * len(key):
        key = np.unique(key, return_inverse=True)[1]
        n_keys = int(key.max()) + 1
    # Small numbers sort by counting, which is many times faster than np.unique.
    present = np.flatnonzero(np.bincount(key, minlength=n_keys))
    number = np.zeros(n_keys, dtype=np.intp)
    number[present] = np.arange(len(present))
    cell = number[key]
    row = np.empty(len(present), dtype=np.intp)
    row[cell] = np.arange(len(cell))
    return cell, row


def _as_text(margins: Targets) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for variable, totals in margins.items():
        found[variable] = {}
        for level, total in totals.items():
            if _text(level) in found[variable]:
                raise InputError(
                    f"Margin {variable}: level '{_text(level)}' stands there twice. Keep one."
                )
            found[variable][_text(level)] = float(total)
    return found


def _text(level: object) -> str:
    """A level as text; whole numbers without decimals, what is missing as nothing."""
    if level is None or level != level:
        return ""
    if isinstance(level, float) and level.is_integer():
        return str(int(level))
    return str(level).strip()


def _check(
    weights: np.ndarray, coded: Mapping[str, tuple[np.ndarray, np.ndarray]], margins: list[Margin]
) -> None:
    """The margins once more, on the respondents themselves and their own levels."""
    sums = []
    for margin in margins:
        levels, codes = coded[margin.variable]
        of_levels = np.bincount(codes, weights=weights, minlength=len(levels))
        # A category that nobody has is a level here and none of the margin.
        sums.append(of_levels[np.searchsorted(levels, np.asarray(margin.levels, dtype=object))])
    error, worst = worst_error(margins, sums)
    if not error <= RECHECK_TOLERANCE:
        raise RakingError(
            f"The weights of the respondents miss a margin that their cells met: {worst}. "
            "Please report this."
        )
