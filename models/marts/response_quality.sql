with counted as (
    {{ published_response('response_quality') }}
),

labelled as (
    select
        counted.survey_code,
        counted.wave_code,
        counted.source_code,
        counted.item_code as flag_code,
        counted.n_rows,
        counted.share_of_received,
        coalesce(rules.is_excluded, false) as is_excluded,
        counted.is_withheld,
        counted.source_label_nl,
        counted.source_label_en,
        flags.label_nl,
        flags.label_en,
        row_number() over (
            order by
                counted.survey_code, counted.wave_code, counted.source_order,
                counted.source_code, counted.item_code
        ) as sort_order,
    from counted
    inner join {{ ref('flags') }} as flags on counted.item_code = flags.flag_code
    left join {{ ref('response_rules') }} as rules
        on
            counted.survey_code = rules.survey_code
            and counted.item_code = rules.rule_code
)

select * from labelled
order by sort_order
