"""Thin: what a reader could work out of what is withheld, with peil.disclosure."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    import pandas as pd
    from peil.disclosure import rules_of
    from peil.disclosure.attack import attack_answers, attack_counts, attack_figures

    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    rounding = dbt.ref("publication_rounding").df()
    figures = dbt.ref("est_figures").df()
    parts = [dbt.ref("est_withheld_figures").df(), dbt.ref("est_withheld_answers").df()]
    withheld = pd.concat(parts, ignore_index=True)
    nestings = dbt.ref("est_nestings").df()
    complements = dbt.ref("est_complements").df()
    answers = dbt.ref("est_group_answers").df()
    counts = dbt.ref("est_response_counts").df()
    withheld_counts = dbt.ref("est_withheld_counts").df()
    reasons = figures[["figure_id"]].merge(withheld, how="left", on="figure_id")
    figures = figures.assign(primary_reason=reasons["withheld_reason"].to_numpy())
    is_answer = figures["is_distribution"]
    rules = rules_of(thresholds, rounding)
    return pd.concat(
        [
            attack_figures(
                figures[~is_answer],
                nestings,
                complements,
                rules,
                answers,
                pd.concat([dbt.ref("est_mirrors").df(), dbt.ref("est_answer_bases").df()]),
                dbt.ref("est_band_bases").df(),
            ),
            attack_answers(figures[is_answer], nestings, rules),
            attack_counts(counts, withheld_counts, float(thresholds["min_cell_n"])),
        ],
        ignore_index=True,
    )
