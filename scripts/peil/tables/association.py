"""Every question with answers in classes against every segment: data frames in and out."""

import numpy as np
import pandas as pd

from peil.statistics.independence import Table, Tested, rao_scott
from peil.tables.designs import KEYS, DesignTables, NumberedDesign, numbered_design

COLUMNS = [*KEYS, "segment_code", "question_code"]


def independence_tests(counts: pd.DataFrame, tables: DesignTables) -> pd.DataFrame:
    """Every question in classes against every segment, with both designs.

    Args:
        counts: scheme × wave × segment value × question × answer × cell × cluster: sum_d, sum_d2.
        tables: the designs.

    Returns:
        One row per scheme, wave, segment and question: both designs' F, df and p.
    """
    rows = []
    for key, own in counts.groupby(KEYS, sort=True):
        scheme = numbered_design(tables, key, own[["stratum", "cluster_code"]].drop_duplicates())
        # Of all questions at once: to look names up costs as much for one as for all.
        cells = scheme.cell_position[own["cell_id"]].to_numpy()
        clusters_of = None
        if scheme.cluster_position is not None:
            places = pd.MultiIndex.from_frame(own[["stratum", "cluster_code"]])
            clusters_of = scheme.cluster_position[places].to_numpy()
        sums = own[["sum_d", "sum_d2"]].to_numpy()
        groups, answers = own["segment_value"], own["answer"]
        parts = own.groupby(["segment_code", "question_code"]).indices
        for (segment, question), at in sorted(parts.items()):
            table = _table(
                scheme, cells[at], None if clusters_of is None else clusters_of[at],
                groups.iloc[at], answers.iloc[at], sums[at],
            )  # fmt: skip
            respondents = rao_scott(table, scheme.design)
            clusters = (
                rao_scott(table, scheme.design, by_cluster=True)
                if table.clusters is not None
                else None
            )
            rows.append(
                (*key, segment, question, *_figures_of(respondents), *_figures_of(clusters))
            )
    names = ["f_statistic", "df1", "df2", "p_value"]
    columns = [*COLUMNS, *names, *(f"{name}_clustered" for name in names)]
    # Typed also when there is nothing to test: an empty frame would become integers in DuckDB.
    types = {**dict.fromkeys(columns[:4], "string"), **dict.fromkeys(columns[4:], float)}
    return pd.DataFrame(rows, columns=columns).astype(types)


def _figures_of(tested: Tested | None) -> tuple[float | None, ...]:
    if tested is None:
        return (None,) * 4
    return tested.statistic, tested.df1, tested.df2, tested.p_value


def _table(
    scheme: NumberedDesign,
    cell: np.ndarray,
    cluster: np.ndarray | None,
    groups: pd.Series,
    answers: pd.Series,
    sums: np.ndarray,
) -> Table:
    """The table of one question by one segment, from rows with their numbers and sums."""
    group, group_names = pd.factorize(groups, sort=True)
    answer, answer_names = pd.factorize(answers, sort=True)
    shape = (len(scheme.design.factors), len(group_names), len(answer_names))
    sum_d, sum_d2 = np.zeros(shape), np.zeros(shape)
    np.add.at(sum_d, (cell, group, answer), sums[:, 0])
    np.add.at(sum_d2, (cell, group, answer), sums[:, 1])
    if cluster is None or scheme.cluster_position is None:
        return Table(sum_d, sum_d2)
    clusters = np.zeros((len(scheme.cluster_position), *shape[1:]))
    np.add.at(clusters, (cluster, group, answer), scheme.design.factors[cell] * sums[:, 0])
    return Table(sum_d, sum_d2, clusters)
