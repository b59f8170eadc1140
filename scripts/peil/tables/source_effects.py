"""What each source of respondents does to the headline figures: data frames in and out."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from peil.errors import RakingError
from peil.statistics.design import Design, People
from peil.statistics.tabulation import Sample, Tabulated, differences, tabulate
from peil.tables.designs import KEYS, DesignTables, numbered_design, rows_of
from peil.tables.groups import Tables, weighting_groups

_NAMES = [*KEYS, "source_code"]
_COUNTS = ["measure_id", "n_source", "n_others", "n_others_positive"]
_FIGURES = [
    "estimate", "others_estimate", "difference", "se", "df", "p_value", "se_clustered",
    "df_clustered", "p_value_clustered", "estimate_without",
]  # fmt: skip


@dataclass(frozen=True)
class SourceTables:
    """What the effects of sources are made of.

    Attributes:
        answers: scheme × wave × measure × source × cell × cluster × y: n, sum_d, sum_d2 of people
            alike in all of these; y is 0 for who answered otherwise.
        people: scheme × wave × group × raking cell × source: n_respondents, sum_d, sum_d2 of
            everybody, whether they answered or not.
        design: the designs of the schemes.
        levels, targets, schemes: what raking reads beside its cells.
    """

    answers: pd.DataFrame
    people: pd.DataFrame
    design: DesignTables
    levels: pd.DataFrame
    targets: pd.DataFrame
    schemes: pd.DataFrame


def source_effects(tables: SourceTables) -> pd.DataFrame:
    """Each source against the others, and every figure without it.

    The difference is between the people of a source and all others under the weights of everybody.
    `estimate_without` is the figure of the others when they are raked again to the same population;
    empty where they cannot meet it.

    Returns:
        One row per scheme, wave, source and measure for which both sides have answers.
    """
    rows: list[tuple] = []
    for key, answers in tables.answers.groupby(KEYS, sort=True):
        rows += _of_wave(tables, key, answers)
    frame = pd.DataFrame(rows, columns=[*_NAMES, *_COUNTS, *_FIGURES])
    types = dict.fromkeys(_NAMES, "string") | dict.fromkeys(_COUNTS, "int64")
    return frame.astype(types | dict.fromkeys(_FIGURES, "float64"))


def without_source(tables: SourceTables, key: tuple[str, str], source: str) -> pd.Series | None:
    """Raking factors per group and cell of everybody but one source; None where there are none."""
    people = rows_of(tables.people, key)
    left = people[people["source_code"] != source]
    if left.empty:
        return None
    cells = left.assign(n_without_weight=0, keys_without_weight=None)
    raking = Tables(
        cells,
        rows_of(tables.levels, key).merge(cells[["cell_key"]].drop_duplicates(), on="cell_key"),
        rows_of(tables.targets, key),
        tables.schemes,
    )
    try:
        parts = {
            group.key[2]: pd.Series(group.rake().factors, group.cells.index)
            for group in weighting_groups(raking)
        }
    except RakingError:
        # Without this source a level of the population has nobody, or its margins contradict.
        return None
    return pd.concat(parts, names=["group_value", "cell_key"])


def _of_wave(tables: SourceTables, key: tuple[str, str], answers: pd.DataFrame) -> Iterator[tuple]:
    cells = rows_of(tables.design.cells, key)
    places = answers[["cell_id", "cluster_code"]].drop_duplicates()
    places = places.merge(cells[["cell_id", "stratum"]], on="cell_id")
    numbered = numbered_design(tables.design, key, places)
    design, position = numbered.design, numbered.cluster_position
    answers = answers.merge(cells[["cell_id", "group_value", "cell_key", "stratum"]], on="cell_id")
    # Of all measures at once: to look names up costs as much for one as for all.
    cluster = None
    if position is not None:
        places = pd.MultiIndex.from_frame(answers[["stratum", "cluster_code"]])
        cluster = position.to_numpy()[position.index.get_indexer(places)]
    y, n, sum_d, sum_d2 = answers[["y", "n", "sum_d", "sum_d2"]].to_numpy(dtype=float).T
    cell = numbered.cell_position[answers["cell_id"]].to_numpy()
    everybody = People(cell, n, sum_d, sum_d2, cluster)
    sources = answers["source_code"].to_numpy(dtype=object)
    names = sorted(set(sources) - {""})
    again = {name: _factors(answers, without_source(tables, key, name)) for name in names}
    for measure, rows in sorted(answers.groupby("measure_id").indices.items()):
        people = everybody[rows]
        for name in names:
            inside = sources[rows] == name
            if inside.any() and not inside.all():
                found = _compare(design, people, y[rows], inside)
                others = rows[~inside]
                weight = again[name][others] * sum_d[others]
                without = float(weight @ y[others] / weight.sum())
                yield (*key, name, measure, *found, without)


def _compare(
    design: Design, people: People, y: np.ndarray, inside: np.ndarray
) -> tuple[float, ...]:
    """Both sides, their difference and its tests, with respondents and with clusters as units."""
    groups = np.column_stack([inside, ~inside])
    tests: list[float] = []
    for by_cluster in (False, True):
        sample = Sample(design, people, y[:, None], groups, by_cluster)
        if by_cluster and people.cluster is None:
            tests += [np.nan] * 3
            continue
        sides: Tabulated = tabulate(sample)
        found = differences(sample, sides, [(0, 1)])
        tests += [float(x[0, 0]) for x in (found.se, found.df, found.p_value)]
    n, positive = sides.n[:, 0], sides.n_positive[:, 0]
    estimate = sides.estimate[:, 0]
    return (
        int(n[0]), int(n[1]), int(positive[1]), *estimate, estimate[0] - estimate[1], *tests,
    )  # fmt: skip


def _factors(answers: pd.DataFrame, factors: pd.Series | None) -> np.ndarray:
    """The factors of another raking per row of answers; NaN without them."""
    if factors is None:
        return np.full(len(answers), np.nan)
    return factors.reindex(
        pd.MultiIndex.from_frame(answers[["group_value", "cell_key"]])
    ).to_numpy()
