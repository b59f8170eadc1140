with figures as (
    select * from {{ ref('estimates') }}
    where
        topic = 'staff_satisfaction'
        and statistic in ('mean', 'share_insufficient', 'top2', 'bottom2')
),

pivoted as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        segment_code,
        segment_value,
        second_segment_value,
        question_code,
        aspect,
        {{ figure_and_interval('mean_answer', 'mean') }},
        {{ figure_and_interval('share_insufficient', 'share_insufficient') }},
        {{ figure_and_interval('share_agree', 'top2') }},
        {{ figure_and_interval('share_disagree', 'bottom2') }},
        {{ question_columns() }},
    from figures
    group by all
),

described as (
    select
        pivoted.* exclude (is_default_scheme, sort_order),
        questions.scale_code,
        pivoted.is_default_scheme,
        pivoted.sort_order,
    from pivoted
    inner join {{ ref('dim_questions') }} as questions using (survey_code, question_code)
)

select * from described
order by sort_order
