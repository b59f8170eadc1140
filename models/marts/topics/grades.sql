with figures as (
    select *
    from {{ ref('estimates') }}
    where statistic in ('mean', 'share_insufficient', 'share_sufficient', 'share_good')
),

-- A grade has shares of insufficient, sufficient or good grades; the mean of statements has not.
pivoted as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        segment_code,
        segment_value,
        second_segment_value,
        question_code,
        topic,
        channel_code,
        {{ figure_and_interval('mean_grade', 'mean') }},
        {{ figure_and_interval('share_insufficient', 'share_insufficient') }},
        {{ figure_and_interval('share_sufficient', 'share_sufficient') }},
        {{ figure_and_interval('share_good', 'share_good') }},
        {{ question_columns() }},
    from figures
    group by all
    having bool_or(statistic != 'mean')
)

select * from pivoted
order by sort_order
