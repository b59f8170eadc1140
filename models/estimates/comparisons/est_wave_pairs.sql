with ordered as (
    select
        survey_code,
        wave_code,
        fieldwork_start,
        coalesce(is_base, false) as is_base,
        row_number() over (partition by survey_code order by fieldwork_start, wave_code) as place,
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

pairs as (
    select
        later.survey_code,
        later.wave_code,
        earlier.wave_code as compared_wave_code,
        later.place = earlier.place + 1 as is_previous,
        earlier.is_base,
    from ordered as later
    inner join ordered as earlier
        on later.survey_code = earlier.survey_code and later.place > earlier.place
),

judged as (
    select
        pairs.*,
        count(earlier.respondent_scope) > 0 as is_panel,
    from pairs
    left join scopes as later using (survey_code, wave_code)
    left join scopes as earlier
        on
            pairs.survey_code = earlier.survey_code
            and pairs.compared_wave_code = earlier.wave_code
            and later.respondent_scope = earlier.respondent_scope
    group by all
),

-- Of a panel a trend over all waves needs what people have in common in any two of them.
paired as (
    select * from judged
    where is_previous or is_base or is_panel
)

select * from paired
order by all
