-- Which KPIs meet their norm, for everybody, participants and others? The norms are examples.
select
    label_nl,
    segment_label_nl,
    value,
    ci_low,
    ci_high,
    norm,
    verdict_label_nl,
    trend_label_nl,
from {{ ref('kpi_scorecard') }}
where segment_code in ('total', 'participation')
order by sort_order
