"""Thin: the groups of every question that wait for more newcomers, with peil.disclosure."""


def model(dbt, session):  # noqa: ARG001 (the signature is dbt's)
    dbt.config(materialized="table")
    from peil.disclosure import rules_of, waiting

    groups = dbt.ref("est_group_bases").df()
    thresholds = dbt.ref("thresholds").df().set_index("threshold_code")["value"]
    rules = rules_of(thresholds, dbt.ref("publication_rounding").df())
    found = waiting(groups, dbt.ref("est_nestings").df(), rules)
    keys = ["wave_code", "question_code", "group_id"]
    texts = ["survey_code", "segment_code", "segment_value", "second_segment_value"]
    named = found.merge(groups[keys + texts], on=keys)
    # Without rows nothing else says what they are.
    return named.astype(dict.fromkeys([*keys[:2], *texts], "string"))
