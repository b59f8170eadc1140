-- Which channels satisfy their users most, and how sure is that?
select
    channels.label_nl,
    satisfaction.mean_grade,
    satisfaction.mean_grade_ci_low,
    satisfaction.mean_grade_ci_high,
    satisfaction.n_answers,
from {{ ref('channel_satisfaction') }} as satisfaction
inner join {{ ref('dim_channels') }} as channels using (channel_code)
where satisfaction.is_default_scheme and satisfaction.segment_code = 'total'
order by satisfaction.mean_grade desc
