"""Thin: Cronbach's alpha of every score with peil.tables.reliability."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.tables.reliability import reliability_table

    return reliability_table(dbt.ref("est_item_covariances").df())
