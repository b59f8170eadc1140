with delivered as (
    select distinct
        deliveries.source_code,
        counts.column_name,
        counts.value,
    from {{ source('raw', 'value_counts') }} as counts
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
),

-- A label that holds the separator of its own column is not cut: the cell is read by a pattern
-- of these labels, longest first, and else up to the next separator.
whole_labels as (
    select
        bindings.source_code,
        bindings.source_column,
        string_agg(
            '\Q' || options.label_nl || '\E', '|' order by length(options.label_nl) desc
        ) as pattern,
    from {{ ref('bindings') }} as bindings
    inner join {{ ref('questions') }} using (question_code)
    inner join {{ ref('stg_options') }} as options using (option_set_code)
    where
        bindings.binding = 'delimited'
        and bindings.match_by = 'label'
        and contains(options.label_nl, bindings.delimiter)
    group by bindings.source_code, bindings.source_column
),

parts as (
    select
        delivered.*,
        bindings.binding,
        bindings.question_code,
        bindings.option_code,
        bindings.true_value,
        bindings.false_value,
        bindings.match_by,
        questions.option_set_code,
        scales.kind,
        scales.value_from,
        scales.value_to,
        trim(unnest(
            case
                when whole_labels.pattern is not null
                    then regexp_extract_all(
                        delivered.value,
                        '(?is)(' || whole_labels.pattern || '|.*?)(?:\Q' || bindings.delimiter
                        || '\E|$)',
                        1
                    )
                when bindings.binding = 'delimited'
                    then string_split(delivered.value, bindings.delimiter)
                else [delivered.value]
            end
        )) as part,
    from delivered
    inner join {{ ref('bindings') }} as bindings
        on
            delivered.source_code = bindings.source_code
            and delivered.column_name = bindings.source_column
    inner join {{ ref('questions') }} as questions using (question_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    left join whole_labels
        on
            bindings.source_code = whole_labels.source_code
            and bindings.source_column = whole_labels.source_column
    where bindings.binding in ('single_column', 'one_hot', 'delimited')
)

select distinct * from parts
where part != ''
