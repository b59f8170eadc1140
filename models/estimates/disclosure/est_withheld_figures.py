"""Thin: complementary suppression of the figures of every wave with scripts.disclosure."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from scripts.disclosure import protect

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    return protect(
        figures=dbt.ref("est_figures").df(),
        nestings=dbt.ref("est_nestings").df(),
        complements=dbt.ref("est_complements").df(),
        min_cell_n=thresholds["min_cell_n"],
    )
