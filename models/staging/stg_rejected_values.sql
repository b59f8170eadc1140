with rejected as (
    select * from {{ ref('stg_answer_values') }}
    where reject_reason is not null
),

located as (
    select
        deliveries.file_name,
        deliveries.source_code,
        answers.row_number,
        answers.column_name,
        answers.value,
        rejected.question_code,
        rejected.reject_reason,
        'Row ' || answers.row_number || ' of ' || deliveries.file_name || ', column '''
        || answers.column_name || ''': value ''' || answers.value || ''' is '
        || rejected.reject_reason || '. Ask the supplier, or declare it in options.csv, '
        || 'missing_codes.csv or code_fixes.csv.' as message,
    from {{ source('raw', 'answers') }} as answers
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
    inner join rejected
        on
            deliveries.source_code = rejected.source_code
            and answers.column_name = rejected.column_name
            and answers.value = rejected.value
)

select * from located
