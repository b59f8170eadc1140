with counted as (
    select
        counts.survey_code,
        counts.wave_code,
        if(counts.place = 'total', 'all', counts.place[8:]) as source_code,
        counts.item[6:] as flag_code,
        counts.n,
        counts.n_received,
        withheld.item is not null as is_withheld,
        received.item is not null as is_received_withheld,
    from {{ ref('est_response_counts') }} as counts
    left join {{ ref('est_withheld_counts') }} as withheld
        using (table_code, survey_code, wave_code, place, item)
    -- A share of what is withheld would tell it.
    left join {{ ref('est_withheld_counts') }} as received
        on
            counts.survey_code = received.survey_code
            and counts.wave_code = received.wave_code
            and counts.place = received.place
            and received.table_code = 'response_overview'
            and received.item = 'total'
    where counts.table_code = 'response_quality'
),

labelled as (
    select
        counted.survey_code,
        counted.wave_code,
        counted.source_code,
        counted.flag_code,
        if(counted.is_withheld, null, counted.n)::bigint as n_respondents,
        if(
            counted.is_withheld or counted.is_received_withheld,
            null,
            {{ rounded('counted.n / counted.n_received', 'share') }}
        ) as share_of_received,
        coalesce(rules.is_excluded, false) as is_excluded,
        counted.is_withheld,
        coalesce(sources.label_nl, 'Alle bronnen') as source_label_nl,
        coalesce(sources.label_en, 'All sources') as source_label_en,
        flags.label_nl,
        flags.label_en,
        row_number() over (
            order by
                counted.survey_code, counted.wave_code, coalesce(sources.sort_order, 0),
                counted.source_code, counted.flag_code
        ) as sort_order,
    from counted
    inner join {{ ref('flags') }} as flags using (flag_code)
    left join {{ ref('sources') }} as sources using (survey_code, source_code)
    left join {{ ref('response_rules') }} as rules
        on
            counted.survey_code = rules.survey_code
            and counted.flag_code = rules.rule_code
)

select * from labelled
order by sort_order
