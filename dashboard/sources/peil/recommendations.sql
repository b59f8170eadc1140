-- What is recommended to everybody, to both groups of municipalities, and to how many of them.
select
    recommendations.segment_code,
    recommendations.segment_value,
    recommendations.segment_label_nl,
    recommendations.recommendation_code,
    recommendations.title_nl,
    recommendations.text_nl,
    recommendations.status,
    recommendations.status_label_nl,
    recommendations.n_supporting,
    recommendations.n_contradicting,
    recommendations.n_open,
    recommendations.sort_order
from marts.recommendations as recommendations
order by recommendations.sort_order
