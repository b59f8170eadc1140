-- How many residents stand behind each share, such as those who find a channel insufficient?
-- The interval of the number knows that the size of the base is an estimate as well.
select
    question_label_nl,
    coalesce(option_label_nl, statistic_label_nl) as label_nl,
    estimate as share,
    residents,
    residents_low,
    residents_high,
    n_answers,
from {{ ref('estimates') }}
where
    residents is not null
    and (survey_code, segment_code) in (
        select
            segments.survey_code,
            segments.segment_code,
        from {{ ref('dim_segments') }} as segments
        where segments.is_total
    )
order by residents desc
