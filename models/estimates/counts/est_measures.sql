with reported as (
    select
        questions.survey_code,
        questions.question_code,
        questions.topic,
        questions.channel_code,
        questions.aspect,
        questions.option_set_code,
        questions.label_nl as question_label_nl,
        questions.label_en as question_label_en,
        questions.sort_order as question_order,
        scale_statistics.statistic,
        scale_statistics.kind,
        scale_statistics.value_from,
        scale_statistics.value_to,
        scale_statistics.minus_from,
        scale_statistics.minus_to,
        scale_statistics.label_nl as statistic_label_nl,
        scale_statistics.label_en as statistic_label_en,
        scale_statistics.sort_order as statistic_order,
    from {{ ref('questions') }} as questions
    inner join {{ ref('scale_statistics') }} as scale_statistics using (scale_code)
    where questions.is_reported
),

measures as (
    select
        reported.* exclude (option_set_code),
        options.option_code,
        options.value_number as option_number,
        options.label_nl as option_label_nl,
        options.label_en as option_label_en,
        options.sort_order as option_order,
    from reported
    left join {{ ref('stg_options') }} as options
        on
            reported.kind = 'option'
            and reported.option_set_code = options.option_set_code
    where reported.kind != 'option' or options.option_code is not null
),

numbered as (
    select
        row_number() over (
            order by survey_code, question_order, question_code, statistic_order, option_order
        ) as measure_id,
        *,
    from measures
)

select * from numbered
