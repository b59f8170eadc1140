with fixed as (
    select
        parts.* exclude (match_by),
        case
            when fixes.fixed_value is null then parts.match_by
            when parts.kind = 'number' then 'number'
            else 'code'
        end as match_by,
        coalesce(fixes.fixed_value, parts.part) as answer,
        -- Where the source declares a decimal point, '3,6' is no number: it may be two answers.
        try_cast(
            if(
                sources.decimal_mark = '.',
                coalesce(fixes.fixed_value, parts.part),
                replace(coalesce(fixes.fixed_value, parts.part), ',', '.')
            ) as double
        ) as answer_number,
    from {{ ref('stg_answer_parts') }} as parts
    left join {{ ref('sources') }} as sources on parts.source_code = sources.source_code
    left join {{ ref('code_fixes') }} as fixes
        on
            parts.source_code = fixes.source_code
            and parts.question_code = fixes.question_code
            and parts.part = fixes.raw_value
),

matched as (
    select
        fixed.*,
        -- A binding may name the option that stands for texts of the respondents' own.
        coalesce(
            options.option_code,
            if(fixed.answer_number is null, fixed.option_code, null)
        ) as matched_option,
        missing.missing_reason,
        -- The number of a labelled answer is that of its option.
        case
            when fixed.kind not in ('number', 'single') then null
            when fixed.kind = 'number' and fixed.binding != 'one_hot'
                then coalesce(fixed.answer_number, options.value_number)
            else options.value_number
        end as number,
        case
            when fixed.binding != 'one_hot' then true
            when fixed.true_value = '*'
                then
                    missing.missing_reason is null
                    and coalesce(fixed.answer != fixed.false_value, true)
            else fixed.answer = fixed.true_value
        end as is_chosen,
    from fixed
    left join {{ ref('stg_options') }} as options
        on
            fixed.option_set_code = options.option_set_code
            and case
                when fixed.binding = 'one_hot' then fixed.option_code = options.option_code
                when fixed.match_by = 'code' then fixed.answer = options.option_code
                when fixed.match_by = 'number' then fixed.answer_number = options.value_number
                when fixed.match_by = 'label' then lower(fixed.answer) = lower(options.label_nl)
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
        missing.value,
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
        if(missing_reason is null, number, null) as value_number,
        is_chosen as is_selected,
        case
            when missing_reason is not null then null
            when
                exists (
                    select 1 from user_missing
                    where
                        matched.source_code = user_missing.source_code
                        and matched.column_name = user_missing.column_name
                        and (
                            matched.answer_number
                            between user_missing.value_from and user_missing.value_to
                            or matched.answer = user_missing.value
                        )
                )
                then 'missing by the SPSS file, unknown to missing_codes.csv'
            when binding = 'one_hot' and (is_chosen or answer = false_value) then null
            when binding = 'one_hot' then 'neither the true nor the false value of its binding'
            when kind = 'number' and number between value_from and value_to then null
            when kind = 'number' and number is null then 'not a number'
            when kind = 'number' then 'outside the range of its scale'
            when kind in ('single', 'multiple') and matched_option is null
                then 'not a code of the codebook'
        end as reject_reason,
    from matched
)

select distinct * from decoded
