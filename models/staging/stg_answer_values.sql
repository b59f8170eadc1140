with delivered as (
    select distinct
        deliveries.source_code,
        answers.column_name,
        answers.value,
    from {{ source('raw', 'answers') }} as answers
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
),

-- A label that holds the separator of its own column is not cut: its separators are set apart
-- (as unit separator, chr(31)) before the cell is split, longest label first.
whole_labels as (
    select
        bindings.source_code,
        bindings.source_column,
        list(options.label_nl order by length(options.label_nl) desc) as labels,
    from {{ ref('bindings') }} as bindings
    inner join {{ ref('questions') }} as questions using (question_code)
    inner join {{ ref('stg_options') }} as options using (option_set_code)
    where
        bindings.binding = 'delimited'
        and bindings.match_by = 'label'
        and contains(options.label_nl, bindings.delimiter)
    group by bindings.source_code, bindings.source_column
),

bound as (
    select
        delivered.*,
        bindings.* exclude (source_code, source_column, delimiter, field),
        questions.option_set_code,
        scales.kind,
        scales.value_from,
        scales.value_to,
        trim(replace(unnest(
            case
                when bindings.binding = 'delimited' then string_split(
                    list_reduce(
                        list_prepend(delivered.value, coalesce(whole_labels.labels, [])),
                        lambda cell, label: replace(
                            cell, label, replace(label, bindings.delimiter, chr(31))
                        )
                    ),
                    bindings.delimiter
                )
                else [delivered.value]
            end
        ), chr(31), coalesce(bindings.delimiter, ''))) as part,
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
),

fixed as (
    select
        bound.* exclude (match_by),
        case
            when fixes.fixed_value is null then bound.match_by
            when bound.kind = 'number' then 'number'
            else 'code'
        end as match_by,
        coalesce(fixes.fixed_value, bound.part) as answer,
        try_cast(
            replace(coalesce(fixes.fixed_value, bound.part), ',', '.') as double
        ) as answer_number,
    from bound
    left join {{ ref('code_fixes') }} as fixes
        on
            bound.source_code = fixes.source_code
            and bound.question_code = fixes.question_code
            and bound.part = fixes.raw_value
    where bound.part != ''
),

matched as (
    select
        fixed.*,
        options.option_code as matched_option,
        missing.missing_reason,
    from fixed
    left join {{ ref('stg_options') }} as options
        on
            fixed.option_set_code = options.option_set_code
            and case fixed.match_by
                when 'code' then fixed.answer = options.option_code
                when 'number' then fixed.answer_number = options.value_number
                when 'label' then lower(fixed.answer) = lower(options.label_nl)
            end
    left join {{ ref('missing_codes') }} as missing
        on
            missing.option_set_code in (fixed.option_set_code, '*')
            and (
                fixed.answer = missing.answer_code
                or lower(fixed.answer) = lower(missing.label_nl)
            )
),

user_missing as (
    select
        deliveries.source_code,
        missing.column_name,
        missing.value_from,
        missing.value_to,
    from {{ source('raw', 'user_missing') }} as missing
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
),

decoded as (
    select
        source_code,
        column_name,
        value,
        question_code,
        missing_reason,
        if(binding = 'one_hot', option_code, matched_option) as option_code,
        if(kind = 'number' and missing_reason is null, answer_number, null) as value_number,
        binding != 'one_hot' or answer = true_value as is_selected,
        case
            when missing_reason is not null then null
            when
                exists (
                    select 1 from user_missing
                    where
                        matched.source_code = user_missing.source_code
                        and matched.column_name = user_missing.column_name
                        and matched.answer_number
                        between user_missing.value_from and user_missing.value_to
                )
                then 'missing by the SPSS file, unknown to missing_codes.csv'
            when binding = 'one_hot' and answer in (true_value, coalesce(false_value, ''))
                then null
            when binding = 'one_hot' then 'neither the true nor the false value of its binding'
            when kind = 'number' and answer_number between value_from and value_to then null
            when kind = 'number' and answer_number is null then 'not a number'
            when kind = 'number' then 'outside the range of its scale'
            when kind in ('single', 'multiple') and matched_option is null
                then 'not a code of the codebook'
        end as reject_reason,
    from matched
)

select distinct * from decoded
