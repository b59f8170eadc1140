"""Thin: a model of areas per headline figure with peil.tables.areas."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table", persist_docs={"relation": False, "columns": False})
    from peil.tables.areas import area_models

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    return area_models(
        dbt.ref("area_figures").df(), confidence_level=float(thresholds["confidence_level"])
    )
