"""What the warehouse counts per cell becomes the table and the design of the people counted."""

import numpy as np
import pandas as pd
import pytest
from peil.statistics.design import Clusters, Design
from peil.statistics.independence import Table, rao_scott
from peil.tables.association import independence_tests
from peil.tables.designs import DesignTables

KEY = {"scheme_code": "x", "wave_code": "w"}
N = 60


@pytest.fixture
def people() -> pd.DataFrame:
    """Sixty people in two strata and six clusters; base weights vary within every cell."""
    rng = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "stratum": np.repeat(["n", "z"], N // 2),
            "cluster_code": np.repeat(list("abcdef"), N // 6),
            "segment_value": rng.choice(["p", "q"], N),
            "answer": rng.choice(["1", "2", "3"], N),
            "d": rng.uniform(0.5, 3, N),
        }
    ).assign(cell_id=lambda frame: 7 + 2 * (frame["stratum"] == "z"))


def test_the_tables_of_the_warehouse_give_the_test_of_the_people(people):
    """The same people with a raking cell and a cluster of their own each, in the same design."""
    n, factors = np.array([N / 2, N / 2]), {"n": 2.0, "z": 3.0}
    summed = people.assign(d2=people["d"] ** 2)
    cells = summed.groupby(["cell_id", "stratum"], as_index=False).agg(
        sum_d=("d", "sum"), sum_d2=("d2", "sum")
    )
    keys = ["cell_id", "stratum", "cluster_code", "segment_value", "answer"]
    counts = summed.groupby(keys, as_index=False).agg(sum_d=("d", "sum"), sum_d2=("d2", "sum"))
    strata = [
        {"stratum": stratum, "unit": unit, "n_units": units, "population_correction": 0.5}
        for stratum in "nz"
        for unit, units in (("respondent", N // 2), ("cluster", 3))
    ]
    none = ["attribute_code", "level_code"]
    tables = DesignTables(
        cells=cells.assign(
            **KEY, cell_key=cells["cell_id"], group_value="all",
            factor=cells["stratum"].map(factors),
        ),
        levels=pd.DataFrame(columns=[*KEY, "cell_key", *none]),
        inverses=pd.DataFrame(
            columns=[*KEY, "group_value", *none, "other_attribute_code", "other_level_code",
                     "value"]
        ),
        strata=pd.DataFrame(strata).assign(**KEY),
        cluster_levels=pd.DataFrame(
            columns=[*KEY, "group_value", "stratum", "cluster_code", *none, "sum_w"]
        ),
    )  # fmt: skip
    found = independence_tests(
        counts.assign(**KEY, segment_code="g", question_code="q"), tables
    ).iloc[0]

    group = (people["segment_value"] == "q").to_numpy().astype(int)
    answer = people["answer"].astype(int).to_numpy() - 1
    factor = people["stratum"].map(factors).to_numpy()
    d, row = people["d"].to_numpy(), np.arange(N)
    stratum, cluster = np.repeat([0, 1], N // 2), np.repeat(np.arange(6), N // 6)
    sum_d, sum_d2, clusters = (np.zeros((rows, 2, 3)) for rows in (N, N, 6))
    sum_d[row, group, answer], sum_d2[row, group, answer] = d, d**2
    np.add.at(clusters, (cluster, group, answer), factor * d)
    design = Design(
        factors=factor, strata=stratum, sum_d=d, sum_d2=d**2, levels=np.zeros((N, 0)),
        inverse=np.zeros((0, 0)), n_units=n, correction=np.full(2, 0.5),
        clusters=Clusters(
            strata=np.repeat([0, 1], 3), levels=np.zeros((6, 0)),
            n_units=np.full(2, 3.0), correction=np.full(2, 0.5),
        ),
    )  # fmt: skip
    for suffix, by_cluster in (("", False), ("_clustered", True)):
        wanted = rao_scott(Table(sum_d, sum_d2, clusters), design, by_cluster=by_cluster)
        assert found[f"f_statistic{suffix}"] == pytest.approx(wanted.statistic)
        assert found[f"df1{suffix}"] == pytest.approx(wanted.df1)
        assert found[f"p_value{suffix}"] == pytest.approx(wanted.p_value)
