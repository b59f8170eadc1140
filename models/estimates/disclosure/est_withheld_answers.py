"""Thin: which groups show no distribution of their answers, with peil.disclosure."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.disclosure import rules_of, withheld_answers

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    rounding = dbt.ref("publication_rounding").df()
    figures = dbt.ref("est_figures").df()
    return withheld_answers(
        figures=figures[figures["is_distribution"]],
        withheld=figures.merge(dbt.ref("est_withheld_figures").df(), on="figure_id"),
        nestings=dbt.ref("est_nestings").df(),
        rules=rules_of(thresholds, rounding),
    )
