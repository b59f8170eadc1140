"""Thin: decides by the declared ladders which small levels and groups are merged."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.merges import MergeTables, planned_merges

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    return planned_merges(
        MergeTables(
            counts=dbt.ref("wgt_level_counts").df(),
            schemes=dbt.ref("weighting_schemes").df(),
            ladders=dbt.ref("weighting_ladders").df(),
            known_levels=dbt.ref("attribute_levels").df(),
            min_level_n=thresholds["min_level_n"],
        )
    )
