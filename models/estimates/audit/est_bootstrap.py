"""Thin: bootstrap standard errors of the headline figures with peil.tables.audit."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.audit import bootstrap_errors
    from peil.tables.groups import Tables

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    return bootstrap_errors(
        atoms=dbt.ref("est_audit_atoms").df(),
        cells=dbt.ref("est_cells").df(),
        tables=Tables(
            cells=dbt.ref("wgt_raking_cells").df(),
            levels=dbt.ref("wgt_cell_levels").df(),
            targets=dbt.ref("wgt_targets").df(),
            schemes=dbt.ref("weighting_schemes").df(),
        ),
        replicates=int(thresholds["bootstrap_replicates"]),
        random_seed=int(thresholds["bootstrap_seed"]),
    )
