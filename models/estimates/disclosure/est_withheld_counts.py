"""Thin: which counts in the tables of response may not be seen, with peil.disclosure."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.disclosure import withheld_counts

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    counts = dbt.ref("est_response_counts").df()
    # How many count stands in about, and per source beside every figure of that source.
    return withheld_counts(counts, float(thresholds["min_cell_n"]), public=["item eligible"])
