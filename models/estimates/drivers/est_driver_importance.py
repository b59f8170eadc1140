"""Thin: importance and dissatisfaction of the drivers of every set with peil.tables.drivers."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.designs import DesignTables
    from peil.tables.drivers import DriverTables, driver_figures

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    return driver_figures(
        DriverTables(
            counts=dbt.ref("est_driver_counts"),
            questions=dbt.ref("est_driver_questions").df(),
            places=dbt.ref("est_driver_places").df(),
            schemes=dbt.ref("weighting_schemes").df(),
            design=DesignTables(
                cells=dbt.ref("est_cells").df(),
                levels=dbt.ref("wgt_cell_levels").df(),
                inverses=dbt.ref("wgt_calibration_inverse").df(),
                strata=dbt.ref("est_strata").df(),
                cluster_levels=dbt.ref("est_cluster_levels").df(),
            ),
        ),
        confidence_level=float(thresholds["confidence_level"]),
        random_seed=int(thresholds["bootstrap_seed"]),
    )
