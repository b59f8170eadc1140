"""Thin: relative weights of the drivers of every set with scripts.drivers."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from scripts.drivers import driver_importance

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    return driver_importance(
        dbt.ref("est_driver_sums").df(),
        replicates=int(thresholds["driver_bootstrap_replicates"]),
        random_seed=int(thresholds["bootstrap_seed"]),
        confidence_level=float(thresholds["confidence_level"]),
    )
