with clusters as (
    select
        profiles.scheme_code,
        profiles.wave_code,
        profiles.group_value,
        profiles.stratum,
        profiles.cluster_code,
        profiles.cell_key,
        sum(counts.sum_d) as sum_d,
    from {{ ref('wgt_profile_cells') }} as profiles
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
    inner join {{ ref('wgt_profile_counts') }} as counts using (wave_code, profile_key)
    where schemes.cluster_attribute_code is not null
    group by all
),

summed as (
    select
        clusters.scheme_code,
        clusters.wave_code,
        clusters.group_value,
        clusters.stratum,
        clusters.cluster_code,
        levels.attribute_code,
        levels.level_code,
        sum(factors.factor * clusters.sum_d) as sum_w,
    from clusters
    inner join {{ ref('wgt_raking_factors') }} as factors
        using (scheme_code, wave_code, group_value, cell_key)
    inner join {{ ref('wgt_cell_levels') }} as levels using (scheme_code, wave_code, cell_key)
    group by all
)

select * from summed
order by all
