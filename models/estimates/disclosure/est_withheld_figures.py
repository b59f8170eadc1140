"""Thin: what may not be seen of the figures of every wave, with peil.disclosure."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    import pandas as pd
    from peil.disclosure import protect, rules_of

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    rounding = dbt.ref("publication_rounding").df()
    figures = dbt.ref("est_figures").df()
    return protect(
        figures=figures[~figures["is_distribution"]],
        nestings=dbt.ref("est_nestings").df(),
        complements=dbt.ref("est_complements").df(),
        rules=rules_of(thresholds, rounding),
        answers=dbt.ref("est_group_answers").df(),
        composites=dbt.ref("composites").df(),
        mirrors=pd.concat([dbt.ref("est_mirrors").df(), dbt.ref("est_answer_bases").df()]),
        bands=dbt.ref("est_band_bases").df(),
    )
