"""Thin: the inverse of X'DX per scheme, wave and group, for calibration-aware variances."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.groups import Tables, calibration_inverses

    return calibration_inverses(
        Tables(
            cells=dbt.ref("wgt_raking_cells").df(),
            levels=dbt.ref("wgt_cell_levels").df(),
            targets=dbt.ref("wgt_targets").df(),
            schemes=dbt.ref("weighting_schemes").df(),
        )
    )
