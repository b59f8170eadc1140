"""Thin: Rao-Scott tests of every question in classes by every segment (peil.tables)."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.association import independence_tests
    from peil.tables.designs import DesignTables

    return independence_tests(
        dbt.ref("est_independence_counts").df(),
        DesignTables(
            cells=dbt.ref("est_cells").df(),
            levels=dbt.ref("wgt_cell_levels").df(),
            inverses=dbt.ref("wgt_calibration_inverse").df(),
            strata=dbt.ref("est_strata").df(),
            cluster_levels=dbt.ref("est_cluster_levels").df(),
        ),
    )
