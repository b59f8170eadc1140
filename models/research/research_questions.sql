-- Scales of which a statistic uses the numbers have an order.
with with_order as (
    select distinct scale_code
    from {{ ref('scale_statistics') }}
    where kind in ('mean', 'range', 'net')
),

reported as (
    select
        questions.survey_code,
        questions.question_code,
        questions.label_nl,
        questions.label_en,
        questions.text_nl,
        questions.text_en,
        questions.scale_code,
        scales.kind as scale_kind,
        case
            when scales.kind = 'number' and not coalesce(scales.is_categorical, false) then 'scale'
            when scales.kind = 'multiple' or with_order.scale_code is null then 'nominal'
            else 'ordinal'
        end as measurement_level,
        questions.option_set_code,
        questions.topic,
        questions.channel_code,
        questions.aspect,
        questions.routing_question_code,
        questions.routing_option_code,
        questions.sort_order,
    from {{ ref('questions') }} as questions
    inner join {{ ref('scales') }} as scales using (scale_code)
    left join with_order using (scale_code)
    -- No open text, whatever a codebook says is reported.
    where questions.is_reported and scales.kind != 'text'
)

select * from reported
