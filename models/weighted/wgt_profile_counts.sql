with counted as (
    select
        wave_code,
        profile_key,
        count(*) as n_respondents,
        fsum(base_weight) as sum_d,
        fsum(base_weight * base_weight) as sum_d2,
    from {{ ref('wgt_respondents') }}
    where response_status = 'eligible'
    group by wave_code, profile_key
)

select * from counted
order by all
