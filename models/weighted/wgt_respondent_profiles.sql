with profiles as (
    select
        wgt.delivery_key,
        wgt.row_number,
        string_agg(
            wgt.attribute_code || '=' || wgt.level_code, '|'
            order by wgt.attribute_code, wgt.level_code
        ) as profile,
        coalesce(bool_or(attributes.kind = 'region' and wgt.level_code = 'unknown'), false)
            as is_municipality_unknown,
    from {{ ref('wgt_respondent_attributes') }} as wgt
    inner join {{ ref('attributes') }} as attributes using (attribute_code)
    -- Segments of nothing but answers are counted beside the profile: they would multiply profiles.
    where
        not coalesce(attributes.is_segment_only, false)
        and {{ is_to_build('wgt.delivery_key', 'stg_delivery_versions') }}
    group by wgt.delivery_key, wgt.row_number
),

-- Weights bounded themselves differ between base weights, so a profile then has only one.
bounded_surveys as (
    select distinct survey_code
    from {{ ref('weighting_schemes') }}
    where bounds_on = 'w'
),

keyed as (
    select
        respondents.delivery_key,
        respondents.row_number,
        md5(
            coalesce(profiles.profile, '')
            || if(
                respondents.survey_code in (select survey_code from bounded_surveys),
                '|base_weight=' || coalesce(respondents.base_weight::varchar, ''),
                ''
            )
        ) as profile_key,
        coalesce(profiles.is_municipality_unknown, false) as is_municipality_unknown,
    from {{ ref('stg_respondents') }} as respondents
    left join profiles using (delivery_key, row_number)
    where {{ is_to_build('respondents.delivery_key', 'stg_delivery_versions') }}
)

select * from keyed
