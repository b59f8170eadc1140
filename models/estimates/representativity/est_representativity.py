"""Thin: R indicators of every source with peil.tables.representativity."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.representativity import representativity_table

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    return representativity_table(
        cells=dbt.ref("est_response_cells").df().drop(columns="levels"),
        levels=dbt.ref("est_response_levels").df(),
        confidence_level=float(thresholds["confidence_level"]),
    )
