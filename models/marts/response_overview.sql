with respondents as (
    select
        survey_code,
        wave_code,
        source_code,
        response_status,
    from {{ ref('wgt_respondents') }}
    union all
    select
        survey_code,
        wave_code,
        'all' as source_code,
        response_status,
    from {{ ref('wgt_respondents') }}
),

per_source as (
    select
        respondents.survey_code,
        respondents.wave_code,
        respondents.source_code,
        steps.step_code,
        steps.label_nl,
        steps.label_en,
        steps.sort_order,
        count(*) filter (
            where steps.step_code = 'received' or steps.step_code = respondents.response_status
        ) as n_respondents,
        count(*) as n_received,
    from respondents
    cross join {{ ref('response_steps') }} as steps
    group by all
),

labelled as (
    select
        per_source.survey_code,
        per_source.wave_code,
        per_source.source_code,
        per_source.step_code,
        per_source.n_respondents,
        per_source.n_respondents / per_source.n_received as share_of_received,
        coalesce(sources.label_nl, 'Alle bronnen') as source_label_nl,
        coalesce(sources.label_en, 'All sources') as source_label_en,
        per_source.label_nl,
        per_source.label_en,
        row_number() over (
            order by
                per_source.survey_code, per_source.wave_code,
                coalesce(sources.sort_order, 0), per_source.source_code, per_source.sort_order
        ) as sort_order,
    from per_source
    left join {{ ref('sources') }} as sources using (survey_code, source_code)
)

select * from labelled
order by sort_order
