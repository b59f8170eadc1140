with profiles as (
    select
        delivery_key,
        row_number,
        string_agg(
            wgt.attribute_code || '=' || wgt.level_code, '|' order by wgt.attribute_code
        ) as profile,
        coalesce(bool_or(attributes.kind = 'municipality' and wgt.level_code = 'unknown'), false)
            as is_municipality_unknown,
    from {{ ref('wgt_respondent_attributes') }} as wgt
    inner join {{ ref('attributes') }} as attributes using (attribute_code)
    group by delivery_key, row_number
),

-- Weights bounded themselves differ between base weights, so a profile then has only one.
bounded_surveys as (
    select distinct survey_code
    from {{ ref('weighting_schemes') }}
    where bounds_on = 'w'
),

ranked as (
    select
        respondents.*,
        md5(
            coalesce(profiles.profile, '')
            || if(
                respondents.survey_code in (select survey_code from bounded_surveys),
                '|base_weight=' || coalesce(respondents.base_weight::varchar, ''),
                ''
            )
        ) as profile_key,
        coalesce(profiles.is_municipality_unknown, false) as is_municipality_unknown,
        row_number() over (
            partition by respondents.wave_code, respondents.respondent_key
            order by
                respondents.is_test asc,
                respondents.is_complete desc,
                respondents.source_priority asc,
                respondents.submitted_at desc nulls last,
                deliveries.file_name desc,
                respondents.row_number desc
        ) as version,
    from {{ ref('stg_respondents') }} as respondents
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
    left join profiles using (delivery_key, row_number)
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
