-- The figures under the recommendations to everybody.
select
    recommendation_code,
    rule_code,
    reason_nl,
    estimate,
    ci_low,
    ci_high,
    n_answers,
    threshold,
    statistic,
    verdict,
    verdict_label_nl,
    sort_order
from marts.recommendation_evidence
where segment_code = 'total'
order by sort_order
