"""Every question with answers in classes against every segment: data frames in and out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scripts.independence import Design, Table, Tested, rao_scott

KEYS = ["scheme_code", "wave_code"]
COLUMNS = [*KEYS, "segment_code", "question_code"]


@dataclass(frozen=True)
class Frames:
    """The tables of the estimates layer that the tests read.

    Attributes:
        counts: scheme × wave × segment value × question × answer × cell × cluster: sum_d, sum_d2.
        cells: raking cells with factor, stratum, sum_d and sum_d2.
        levels: scheme × wave × cell_key × attribute: level_code.
        inverses: the pseudo-inverse of X'DX in long form.
        strata: scheme × wave × stratum × unit: n_units and population_correction.
        cluster_levels: scheme × wave × group × stratum × cluster × attribute × level: sum_w.
    """

    counts: pd.DataFrame
    cells: pd.DataFrame
    levels: pd.DataFrame
    inverses: pd.DataFrame
    strata: pd.DataFrame
    cluster_levels: pd.DataFrame


@dataclass(frozen=True)
class _Scheme:
    design: Design
    cell_position: pd.Series
    cluster_position: pd.Series | None


def independence_tests(frames: Frames) -> pd.DataFrame:
    """One row per scheme, wave, segment and question: both designs' F, df and p."""
    rows = []
    for key, counts in frames.counts.groupby(KEYS, sort=True):
        scheme = _scheme(frames, key)
        for (segment, question), part in counts.groupby(["segment_code", "question_code"]):
            table = _table(part, scheme)
            respondents = rao_scott(table, scheme.design)
            clusters = (
                rao_scott(table, scheme.design, by_cluster=True)
                if table.clusters is not None
                else None
            )
            rows.append((*key, segment, question, *_cells(respondents), *_cells(clusters)))
    names = ["f_statistic", "df1", "df2", "p_value"]
    columns = [*COLUMNS, *names, *(f"{name}_clustered" for name in names)]
    # Typed also when there is nothing to test: an empty frame would become integers in DuckDB.
    types = {**dict.fromkeys(columns[:4], "string"), **dict.fromkeys(columns[4:], float)}
    return pd.DataFrame(rows, columns=columns).astype(types)


def _cells(tested: Tested | None) -> tuple[float | None, ...]:
    if tested is None:
        return (None,) * 4
    return tested.statistic, tested.df1, tested.df2, tested.p_value


def _scheme(frames: Frames, key: tuple[str, str]) -> _Scheme:
    cells = _of(frames.cells, key).sort_values("cell_id").reset_index(drop=True)
    inverses, levels = _of(frames.inverses, key), _of(frames.levels, key)
    strata = _of(frames.strata, key).sort_values("stratum")
    respondents = strata[strata["unit"] == "respondent"].reset_index(drop=True)
    stratum_position = pd.Series(respondents.index, index=respondents["stratum"])
    names = inverses[["group_value", "attribute_code", "level_code"]].drop_duplicates()
    names = pd.MultiIndex.from_frame(names.sort_values(list(names.columns)))
    on_cells = cells[["group_value", "cell_key"]].reset_index().merge(levels, on="cell_key")
    X = np.zeros((len(cells), len(names)))
    column = names.get_indexer(
        pd.MultiIndex.from_frame(on_cells[["group_value", "attribute_code", "level_code"]])
    )
    X[on_cells["index"].to_numpy()[column >= 0], column[column >= 0]] = 1
    G = np.zeros((len(names), len(names)))
    first, second = (
        names.get_indexer(pd.MultiIndex.from_frame(inverses[["group_value", *pair]]))
        for pair in (
            ["attribute_code", "level_code"],
            ["other_attribute_code", "other_level_code"],
        )
    )
    G[first, second] = inverses["value"]
    clustered, cluster_position = _clusters(frames, key, strata, names, stratum_position)
    design = Design(
        factors=cells["factor"].to_numpy(),
        strata=stratum_position[cells["stratum"]].to_numpy(),
        sum_d=cells["sum_d"].to_numpy(),
        sum_d2=cells["sum_d2"].to_numpy(),
        levels=X,
        inverse=G,
        n_units=respondents["n_units"].to_numpy(dtype=float),
        correction=respondents["population_correction"].to_numpy(dtype=float),
        **clustered,
    )
    return _Scheme(design, pd.Series(cells.index, index=cells["cell_id"]), cluster_position)


def _clusters(
    frames: Frames,
    key: tuple[str, str],
    strata: pd.DataFrame,
    names: pd.MultiIndex,
    stratum_position: pd.Series,
) -> tuple[dict, pd.Series | None]:
    own = strata[strata["unit"] == "cluster"]
    if own.empty:
        return {}, None
    counts = _of(frames.counts, key)[["stratum", "cluster_code"]].drop_duplicates()
    weights = _of(frames.cluster_levels, key)
    places = pd.concat([counts, weights[["stratum", "cluster_code"]]]).drop_duplicates()
    places = pd.MultiIndex.from_frame(places.sort_values(["stratum", "cluster_code"]))
    T = np.zeros((len(places), len(names)))
    if len(weights) and len(names):
        row = places.get_indexer(pd.MultiIndex.from_frame(weights[["stratum", "cluster_code"]]))
        column = names.get_indexer(
            pd.MultiIndex.from_frame(weights[["group_value", "attribute_code", "level_code"]])
        )
        known = column >= 0
        np.add.at(T, (row[known], column[known]), weights["sum_w"].to_numpy()[known])
    return {
        "cluster_strata": stratum_position[places.get_level_values("stratum")].to_numpy(),
        "cluster_levels": T,
        "n_clusters": own["n_units"].to_numpy(dtype=float),
        "cluster_correction": own["population_correction"].to_numpy(dtype=float),
    }, pd.Series(range(len(places)), index=places)


def _table(part: pd.DataFrame, scheme: _Scheme) -> Table:
    group, groups = pd.factorize(part["segment_value"], sort=True)
    answer, answers = pd.factorize(part["answer"], sort=True)
    cell = scheme.cell_position[part["cell_id"]].to_numpy()
    shape = (len(scheme.design.factors), len(groups), len(answers))
    sum_d, sum_d2 = np.zeros(shape), np.zeros(shape)
    np.add.at(sum_d, (cell, group, answer), part["sum_d"].to_numpy())
    np.add.at(sum_d2, (cell, group, answer), part["sum_d2"].to_numpy())
    if scheme.cluster_position is None:
        return Table(sum_d, sum_d2)
    place = pd.MultiIndex.from_frame(part[["stratum", "cluster_code"]])
    cluster = scheme.cluster_position[place].to_numpy()
    clusters = np.zeros((len(scheme.cluster_position), len(groups), len(answers)))
    weight = scheme.design.factors[cell] * part["sum_d"].to_numpy()
    np.add.at(clusters, (cluster, group, answer), weight)
    return Table(sum_d, sum_d2, clusters)


def _of(frame: pd.DataFrame, key: tuple[str, str]) -> pd.DataFrame:
    return frame[(frame["scheme_code"] == key[0]) & (frame["wave_code"] == key[1])]
