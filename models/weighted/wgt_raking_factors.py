"""Thin: rakes the cells of every scheme, wave and group with peil.raking."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.groups import Tables, raking_factors

    return raking_factors(
        Tables(
            cells=dbt.ref("wgt_raking_cells").df(),
            levels=dbt.ref("wgt_cell_levels").df(),
            targets=dbt.ref("wgt_targets").df(),
            schemes=dbt.ref("weighting_schemes").df(),
        )
    )
