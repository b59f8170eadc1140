-- The figures under the recommendations to everybody.
with units as (
    select distinct
        kpi_code,
        unit,
    from marts.kpi_scorecard
)

select
    evidence.recommendation_code,
    evidence.rule_code,
    evidence.reason_nl,
    evidence.estimate,
    evidence.ci_low,
    evidence.ci_high,
    evidence.n_answers,
    evidence.threshold,
    coalesce(evidence.statistic, if(units.unit = 'share', 'share', 'mean')) as statistic,
    evidence.verdict,
    evidence.verdict_label_nl,
    evidence.sort_order
from marts.recommendation_evidence as evidence
left join units on evidence.kpi_code = units.kpi_code
where evidence.segment_code = 'total'
order by evidence.sort_order
