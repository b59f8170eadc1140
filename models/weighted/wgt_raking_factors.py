"""Thin: rakes the cells of every scheme, wave and group with scripts.raking."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from scripts.raking.groups import Tables, raking_factors

    return raking_factors(
        Tables(
            cells=dbt.ref("wgt_raking_cells").df(),
            levels=dbt.ref("wgt_cell_levels").df(),
            targets=dbt.ref("wgt_targets").df(),
            schemes=dbt.ref("weighting_schemes").df(),
        )
    )
