with ranked as (
    select
        respondents.*,
        profiles.profile_key,
        profiles.is_municipality_unknown,
        coalesce(versions.version, 1) as version,
    from {{ ref('stg_respondents') }} as respondents
    inner join {{ ref('wgt_respondent_profiles') }} as profiles using (delivery_key, row_number)
    left join {{ ref('wgt_versions') }} as versions using (delivery_key, row_number)
),

excluded as (
    select distinct
        delivery_key,
        row_number,
    from {{ ref('wgt_response_flags') }}
    where is_excluded
),

judged as (
    select
        ranked.delivery_key,
        ranked.row_number,
        ranked.respondent_key,
        ranked.respondent_id,
        ranked.survey_code,
        ranked.wave_code,
        ranked.source_code,
        ranked.profile_key,
        ranked.base_weight,
        case
            when ranked.version > 1 then 'duplicate'
            when ranked.is_test then 'test'
            when not ranked.is_complete then 'incomplete'
            when
                ranked.submitted_at < waves.fieldwork_start
                or ranked.submitted_at >= waves.fieldwork_end + interval 1 day
                then 'outside_fieldwork'
            when ranked.is_municipality_unknown then 'unknown_municipality'
            when excluded.row_number is not null then 'excluded_by_rule'
            else 'eligible'
        end as response_status,
    from ranked
    inner join {{ ref('waves') }} as waves using (wave_code, survey_code)
    left join excluded using (delivery_key, row_number)
)

select * from judged
