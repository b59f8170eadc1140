with counted as (
    select
        scheme_code,
        wave_code,
        stratum,
        sum(n_respondents) as n_respondents,
    from {{ ref('est_cells') }}
    group by scheme_code, wave_code, stratum
),

totalled as (
    select
        *,
        sum(n_respondents) over (partition by scheme_code, wave_code) as n_total,
        count(*) over (partition by scheme_code, wave_code) as n_strata,
    from counted
)

select * from totalled
