with consecutive as (
    select
        survey_code,
        wave_code,
        lag(wave_code) over (partition by survey_code order by fieldwork_start)
            as compared_wave_code,
    from {{ ref('waves') }}
),

scopes as (
    select distinct
        survey_code,
        wave_code,
        respondent_scope,
    from {{ ref('sources') }}
    where kind = 'survey' and respondent_scope is not null
),

paired as (
    select
        consecutive.*,
        count(earlier.respondent_scope) > 0 as is_panel,
    from consecutive
    left join scopes as later using (survey_code, wave_code)
    left join scopes as earlier
        on
            consecutive.survey_code = earlier.survey_code
            and consecutive.compared_wave_code = earlier.wave_code
            and later.respondent_scope = earlier.respondent_scope
    where consecutive.compared_wave_code is not null
    group by all
)

select * from paired
order by all
