with figures as (
    select * from {{ ref('estimates') }}
    where topic = 'staff_satisfaction'
),

pivoted as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        segment_code,
        segment_value,
        question_code,
        aspect,
        {{ figure('estimate', 'mean') }} as mean_answer,
        {{ figure('ci_low', 'mean') }} as mean_answer_ci_low,
        {{ figure('ci_high', 'mean') }} as mean_answer_ci_high,
        {{ figure('estimate', 'share_insufficient') }} as share_insufficient,
        {{ figure('ci_low', 'share_insufficient') }} as share_insufficient_ci_low,
        {{ figure('ci_high', 'share_insufficient') }} as share_insufficient_ci_high,
        {{ figure('estimate', 'top2') }} as share_agree,
        {{ figure('ci_low', 'top2') }} as share_agree_ci_low,
        {{ figure('ci_high', 'top2') }} as share_agree_ci_high,
        {{ figure('estimate', 'bottom2') }} as share_disagree,
        {{ figure('ci_low', 'bottom2') }} as share_disagree_ci_low,
        {{ figure('ci_high', 'bottom2') }} as share_disagree_ci_high,
        max(n_answers) as n_answers,
        {{ figure('quality_flag', 'mean') }} as quality_flag,
        {{ figure('is_withheld', 'mean') }} as is_withheld,
        {{ figure('withheld_label_nl', 'mean') }} as withheld_label_nl,
        {{ figure('withheld_label_en', 'mean') }} as withheld_label_en,
        any_value(segment_label_nl) as segment_label_nl,
        any_value(segment_label_en) as segment_label_en,
        any_value(question_label_nl) as label_nl,
        any_value(question_label_en) as label_en,
        bool_or(is_default_scheme) as is_default_scheme,
        min(sort_order) as sort_order,
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
