with rejects as (
    select * from {{ source('raw', 'rejects') }}
),

located as (
    select
        rejects.delivery_key,
        deliveries.file_name,
        deliveries.source_code,
        rejects.row_number,
        rejects.column_name,
        rejects.value,
        bindings.question_code,
        rejects.reason as reject_reason,
        'Row ' || rejects.row_number || ' of ' || deliveries.file_name || ', column '''
        || rejects.column_name || ''': '
        || coalesce('value ''' || rejects.value || ''' is ', '') || rejects.reason
        || '. Ask the supplier, or declare it in options.csv, '
        || 'missing_codes.csv or code_fixes.csv.' as message,
    from rejects
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
    left join {{ ref('bindings') }} as bindings
        on
            deliveries.source_code = bindings.source_code
            and rejects.column_name = bindings.source_column
)

select * from located
