with counted as (
    select
        survey_code,
        wave_code,
        profile_key,
        sum(n_respondents)::bigint as n_respondents,
        fsum(n_respondents * base_weight) as sum_d,
        fsum(n_respondents * base_weight * base_weight) as sum_d2,
        min(base_weight) as base_weight,
        coalesce(sum(n_respondents) filter (where {{ is_no_weight('base_weight') }}), 0)::bigint
            as n_without_weight,
        list_sort(flatten(
            list(keys_without_weight) filter (where keys_without_weight is not null)
        ))[:5] as keys_without_weight,
    from {{ ref('wgt_respondent_counts') }}
    where response_status = 'eligible'
    group by survey_code, wave_code, profile_key
)

select * from counted
order by all
