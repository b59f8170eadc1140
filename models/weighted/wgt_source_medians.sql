with delivered as (
    select
        wave_code,
        source_code,
        duration_seconds,
        1 as n_respondents,
    from {{ ref('stg_respondents') }}
    union all
    select
        wave_code,
        source_code,
        duration_seconds,
        n_respondents,
    from {{ ref('stg_counted_durations') }}
),

ranked as (
    select
        wave_code,
        source_code,
        duration_seconds,
        sum(n_respondents) over (
            partition by wave_code, source_code order by duration_seconds
        ) as n_up_to,
        sum(n_respondents) over (partition by wave_code, source_code) as n_all,
    from delivered
    where duration_seconds is not null
),

measured as (
    select
        wave_code,
        source_code,
        {{ median_of_counts('duration_seconds', 'n_up_to', 'n_all') }} as median_seconds,
    from ranked
    group by wave_code, source_code
),

-- Of a part that is counted apart the median is that of the whole.
medians as (
    select
        measured.wave_code,
        measured.source_code,
        coalesce(given.median_seconds, measured.median_seconds) as median_seconds,
    from measured
    left join {{ ref('stg_given_medians') }} as given using (wave_code, source_code)
)

select * from medians
order by all
