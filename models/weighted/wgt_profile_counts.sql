with counted as (
    select
        survey_code,
        wave_code,
        profile_key,
        count(*) as n_respondents,
        fsum(base_weight) as sum_d,
        fsum(base_weight * base_weight) as sum_d2,
        min(base_weight) as base_weight,
        count(*) filter (where {{ is_no_weight('base_weight') }}) as n_without_weight,
        list(respondent_key order by respondent_key)
        filter (where {{ is_no_weight('base_weight') }})[:5] as keys_without_weight,
    from {{ ref('wgt_respondents') }}
    where response_status = 'eligible'
    group by survey_code, wave_code, profile_key
)

select * from counted
order by all
