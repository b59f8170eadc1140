-- KPIs against their norm, of everybody and both groups of municipalities, in the last period.
select
    scores.kpi_code,
    scores.label_nl,
    scores.formula_nl,
    scores.segment_code,
    scores.segment_value,
    scores.segment_label_nl,
    if(scores.unit = 'share', 'share', 'mean') as statistic,
    scores.value,
    scores.ci_low,
    scores.ci_high,
    scores.n_observations,
    scores.norm,
    scores.verdict_label_nl,
    scores.trend_label_nl,
    scores.is_withheld,
    scores.is_example,
    scores.sort_order
from marts.kpi_scorecard as scores
where scores.segment_code in ('total', 'participation')
qualify
    row_number() over (
        partition by scores.kpi_code, scores.segment_code, scores.segment_value
        order by scores.period desc, scores.wave_code desc
    ) = 1
order by scores.sort_order
