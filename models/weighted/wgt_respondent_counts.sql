with counted as (
    select
        delivery_key,
        survey_code,
        wave_code,
        source_code,
        response_status,
        profile_key,
        base_weight,
        count(*) as n_respondents,
        list(respondent_key order by respondent_key)
        filter (where {{ is_no_weight('base_weight') }})[:5] as keys_without_weight,
    from {{ ref('wgt_respondents') }}
    group by
        delivery_key, survey_code, wave_code, source_code, response_status, profile_key,
        base_weight
),

-- Counted elsewhere: a package names nobody.
unioned as (
    select * from counted
    union all by name
    select * from {{ ref('stg_counted_respondents') }}
)

select * from unioned
order by all
