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
        for (segment, question), part in own.groupby(["segment_code", "question_code"]):
            table = _table(part, scheme)
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


def _table(part: pd.DataFrame, scheme: NumberedDesign) -> Table:
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
