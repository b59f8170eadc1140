"""Thin: each source against the others, and figures without it, with peil.tables.source_effects."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.designs import DesignTables
    from peil.tables.source_effects import SourceTables, source_effects

    levels = dbt.ref("wgt_cell_levels").df()
    return source_effects(
        SourceTables(
            answers=dbt.ref("est_source_answers").df(),
            people=dbt.ref("est_source_people").df(),
            design=DesignTables(
                cells=dbt.ref("est_cells").df(),
                levels=levels,
                inverses=dbt.ref("wgt_calibration_inverse").df(),
                strata=dbt.ref("est_strata").df(),
                cluster_levels=dbt.ref("est_cluster_levels").df(),
            ),
            levels=levels,
            targets=dbt.ref("wgt_targets").df(),
            schemes=dbt.ref("weighting_schemes").df(),
        )
    )
