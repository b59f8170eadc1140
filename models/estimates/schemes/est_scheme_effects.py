"""Thin: each weighting scheme less the default one, with peil.tables.scheme_effects."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.designs import DesignTables
    from peil.tables.scheme_effects import SchemeTables, scheme_effects

    pairs = dbt.ref("est_scheme_pairs")
    return scheme_effects(
        SchemeTables(
            answers=dbt.ref("est_scheme_answers").df(),
            defaults=pairs.project("scheme_code, default_scheme_code").distinct().df(),
            design=DesignTables(
                cells=dbt.ref("est_cells").df(),
                levels=dbt.ref("wgt_cell_levels").df(),
                inverses=dbt.ref("wgt_calibration_inverse").df(),
                strata=dbt.ref("est_strata").df(),
                cluster_levels=dbt.ref("est_cluster_levels").df(),
            ),
        )
    )
