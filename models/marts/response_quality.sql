with rows_received as (
    select
        survey_code,
        wave_code,
        source_code,
        delivery_key,
        row_number,
    from {{ ref('wgt_respondents') }}
    union all
    select
        survey_code,
        wave_code,
        'all' as source_code,
        delivery_key,
        row_number,
    from {{ ref('wgt_respondents') }}
),

flagged as (
    select
        delivery_key,
        row_number,
        rule_code as flag_code,
    from {{ ref('wgt_response_flags') }}
    union
    select
        delivery_key,
        row_number,
        'off_route' as flag_code,
    from {{ ref('wgt_off_route') }}
    union
    select
        delivery_key,
        row_number,
        'rejected_value' as flag_code,
    from {{ ref('stg_rejected_values') }}
),

counted as (
    select
        rows_received.survey_code,
        rows_received.wave_code,
        rows_received.source_code,
        flags.flag_code,
        flags.label_nl,
        flags.label_en,
        count(*) filter (where flagged.flag_code is not null) as n_respondents,
        count(*) as n_received,
    from rows_received
    cross join {{ ref('flags') }} as flags
    left join flagged
        on
            rows_received.delivery_key = flagged.delivery_key
            and rows_received.row_number = flagged.row_number
            and flags.flag_code = flagged.flag_code
    where flags.kind = 'response'
    group by all
),

labelled as (
    select
        counted.survey_code,
        counted.wave_code,
        counted.source_code,
        counted.flag_code,
        counted.n_respondents,
        counted.n_respondents / counted.n_received as share_of_received,
        coalesce(rules.is_excluded, false) as is_excluded,
        coalesce(sources.label_nl, 'Alle bronnen') as source_label_nl,
        coalesce(sources.label_en, 'All sources') as source_label_en,
        counted.label_nl,
        counted.label_en,
        row_number() over (
            order by
                counted.survey_code, counted.wave_code, coalesce(sources.sort_order, 0),
                counted.source_code, counted.flag_code
        ) as sort_order,
    from counted
    left join {{ ref('sources') }} as sources using (survey_code, source_code)
    left join {{ ref('response_rules') }} as rules
        on
            counted.survey_code = rules.survey_code
            and counted.flag_code = rules.rule_code
)

select * from labelled
order by sort_order
