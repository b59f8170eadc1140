"""Thin: areas beside what their mix of people predicts, with peil.tables.case_mix."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.case_mix import case_mixes
    from peil.tables.designs import DesignTables

    surveys = dbt.ref("surveys").df()
    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    return case_mixes(
        dbt.ref("est_area_cells").df(),
        DesignTables(
            cells=dbt.ref("est_cells").df(),
            levels=dbt.ref("wgt_cell_levels").df(),
            inverses=dbt.ref("wgt_calibration_inverse").df(),
            strata=dbt.ref("est_strata").df(),
            cluster_levels=dbt.ref("est_cluster_levels").df(),
        ),
        level=float(thresholds["confidence_level"]),
        least_n=float(surveys["min_base_n"].max()),
    )
