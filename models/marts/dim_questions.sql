with questions as (
    select
        questions.survey_code,
        questions.question_code,
        questions.topic,
        questions.channel_code,
        questions.aspect,
        questions.scale_code,
        questions.headline_statistic,
        questions.text_nl,
        questions.text_en,
        questions.label_nl,
        questions.label_en,
        topics.label_nl as topic_label_nl,
        topics.label_en as topic_label_en,
        questions.sort_order::bigint as sort_order,
    from {{ ref('questions') }} as questions
    left join {{ ref('topics') }} as topics on questions.topic = topics.topic_code
    where questions.is_reported
)

select * from questions
order by survey_code, sort_order
