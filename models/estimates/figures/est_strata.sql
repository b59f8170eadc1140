with sampled as (
    select
        scheme_code,
        wave_code,
        stratum,
        sum(n_respondents) as n_respondents,
    from {{ ref('est_cells') }}
    group by scheme_code, wave_code, stratum
),

clustered as (
    select
        cells.scheme_code,
        cells.wave_code,
        cells.stratum,
        count(distinct cells.cluster_code) as n_clusters,
    from {{ ref('wgt_profile_cells') }} as cells
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
    where schemes.cluster_attribute_code is not null
    group by cells.scheme_code, cells.wave_code, cells.stratum
),

units as (
    select
        sampled.scheme_code,
        sampled.wave_code,
        sampled.stratum,
        'respondent' as unit,
        sampled.n_respondents as n_units,
        sizes.n_respondents as n_population,
    from sampled
    left join {{ ref('stratum_sizes') }} as sizes using (scheme_code, wave_code, stratum)
    union all
    select
        clustered.scheme_code,
        clustered.wave_code,
        clustered.stratum,
        'cluster' as unit,
        clustered.n_clusters as n_units,
        sizes.n_clusters as n_population,
    from clustered
    left join {{ ref('stratum_sizes') }} as sizes using (scheme_code, wave_code, stratum)
),

corrected as (
    select
        *,
        1 - coalesce(n_units / n_population, 0) as population_correction,
    from units
)

select * from corrected
order by all
