"""The respondents behind a figure as counts: per stratum, raking cell, base weight and answer."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from peil.crosstabs.asked import Asked, Row, ask, rows_of
from peil.crosstabs.people import levels_of, measures_of, outcomes, read_respondents

MOST = "max_distribution_values"
# What a row of the counts is about, beside its 0/1 margin columns.
COLUMNS = ("stratum", "unit", "base_weight", "weight", "fraction", "in_figure", "y")


@dataclass(frozen=True)
class Cells:
    """Everything an estimate and its error are made of.

    Attributes:
        counts: one row per stratum, unit, cell, base weight and answer: n people, y (NaN outside
            the figure), the finite population fraction, and 0/1 columns named as in `margins`.
            base_weight is scaled to the population of the weighting group, or is the weight
            itself where weights are taken as given; weight is the final one; people_key says
            which people they are.
        margins: one row per level of a raking margin: column, group_value, attribute_code,
            level_code, is_known, total.
        is_calibrated: whether the error knows of the raking.
        by_cluster: whether clusters are the units.
        is_bounded: whether the weights were held within bounds.
    """

    counts: pd.DataFrame
    margins: pd.DataFrame
    is_calibrated: bool
    by_cluster: bool
    is_bounded: bool


def read_cells(connection: duckdb.DuckDBPyConnection, figure: Row) -> tuple[Asked, Cells]:
    """The counts behind a row of marts.estimates."""
    by = () if figure["is_total"] else (figure["segment_code"],)
    asked = ask(
        connection, figure["question_code"], by, {}, figure["wave_code"],
        figure["weighting_scheme"], needs_by=False,
    )  # fmt: skip
    respondents = read_respondents(connection, asked, with_keys=True)
    frame = respondents.frame
    inside = np.ones(len(frame), dtype=bool)
    if by:
        level = (figure["segment_value"], figure["second_segment_value"])[: len(asked.bys[0].sides)]
        inside = levels_of(respondents, asked.bys[0], asked.thresholds[MOST])[level]
    measure = next(
        row for row in measures_of(connection, asked)
        if (row["statistic"], row["option_code"]) == (figure["statistic"], figure["option_code"])
    )  # fmt: skip
    y = np.where(inside, outcomes(asked, respondents, [measure])[:, 0], np.nan)
    key = (asked.scheme["scheme_code"], asked.wave_code)
    cells = connection.execute(
        "select cell_id, group_value, cell_key, stratum, factor, factor * sum_d as sum_w, sum_d "
        "from estimates.est_cells where scheme_code = ? and wave_code = ? order by cell_id", key
    ).df()  # fmt: skip
    is_calibrated = asked.scheme["variance_method"] == "calibrated"
    margins, levels = _margins(connection, key, cells) if is_calibrated else _no_margins(cells)
    own = frame["cell_id"].map(pd.Series(cells.index, index=cells["cell_id"])).to_numpy()
    size = cells.groupby("group_value")[["sum_w", "sum_d"]].transform("sum")
    scale = (size["sum_w"] / size["sum_d"] if is_calibrated else cells["factor"]).to_numpy()
    by_cluster = asked.scheme["inference_unit"] == "cluster"
    fractions = _fractions(connection, key, "cluster" if by_cluster else "respondent")
    counts = pd.DataFrame(levels[own], columns=list(margins["column"])).assign(
        stratum=frame["stratum"], unit=frame["cluster_code"] if by_cluster else "",
        base_weight=frame["base_weight"].to_numpy() * scale[own],
        weight=frame["base_weight"].to_numpy() * cells["factor"].to_numpy()[own],
        fraction=frame["stratum"].map(fractions), in_figure=~np.isnan(y), y=y,
        answer=_answers(asked, respondents.texts("question", figure["question_code"]), y),
        people_key=frame["people_key"].astype("uint64"), n=frame["n"],
    )  # fmt: skip
    alike = [*COLUMNS, "answer", *margins["column"]]
    counts = counts.groupby(alike, dropna=False, sort=True).agg(
        n=("n", "sum"), people_key=("people_key", np.bitwise_xor.reduce)
    )  # fmt: skip
    is_bounded = any(
        asked.scheme[side] is not None and not pd.isna(asked.scheme[side])
        for side in ("lower", "upper")
    )
    return asked, Cells(counts.reset_index(), margins, is_calibrated, by_cluster, is_bounded)


def _answers(asked: Asked, texts: tuple[np.ndarray, list[str | None]], y: np.ndarray) -> np.ndarray:
    """The answer of people in the figure: the same people are then a row whatever the statistic.

    Of several answers at once only whether this one was given.
    """
    which, names = texts
    if asked.question["kind"] == "multiple":
        return np.where(np.isnan(y), "", np.char.mod("%g", np.nan_to_num(y)))
    return np.where(np.isnan(y), "", np.array([name or "" for name in names], dtype=object)[which])


def _margins(
    connection: duckdb.DuckDBPyConnection, key: tuple[str, str], cells: pd.DataFrame
) -> tuple[pd.DataFrame, np.ndarray]:
    """Every level of every margin with its total, and which cells are in it."""
    found = rows_of(
        connection,
        "select cell_key, attribute_code, level_code, is_known from weighted.wgt_cell_levels "
        "where scheme_code = ? and wave_code = ? order by all", *key,
    )  # fmt: skip
    on_cells = cells[["group_value", "cell_key", "sum_w"]].reset_index()
    on_cells = on_cells.merge(pd.DataFrame(found), on="cell_key")
    names = ["group_value", "attribute_code", "level_code", "is_known"]
    margins = on_cells.groupby(names, as_index=False)["sum_w"].sum()
    margins = margins.rename(columns={"sum_w": "total"})
    margins["column"] = [f"m{i + 1}" for i in range(len(margins))]
    place = on_cells.merge(margins, on=names)
    levels = np.zeros((len(cells), len(margins)), dtype=int)
    levels[place["index"], place["column"].str[1:].astype(int) - 1] = 1
    return margins[["column", *names, "total"]], levels


def _no_margins(cells: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    names = ["column", "group_value", "attribute_code", "level_code", "is_known", "total"]
    return pd.DataFrame(columns=names), np.zeros((len(cells), 0), dtype=int)


def _fractions(
    connection: duckdb.DuckDBPyConnection, key: tuple[str, str], unit: str
) -> dict[str, float]:
    """What part of the units of each stratum is in the sample; 0 where that is not known."""
    rows = rows_of(
        connection,
        "select stratum, population_correction from estimates.est_strata "
        "where scheme_code = ? and wave_code = ? and unit = ?", *key, unit,
    )  # fmt: skip
    return {row["stratum"]: 1 - float(row["population_correction"]) for row in rows}
