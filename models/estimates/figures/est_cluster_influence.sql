with clustered as (
    select points.*
    from {{ ref('est_points') }} as points
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
    where schemes.cluster_attribute_code is not null
),

residuals as (
    select
        clustered.point_id,
        domain.stratum,
        domain.cluster_code,
        (domain.sum_wy - clustered.estimate * domain.sum_w) / clustered.sum_w as sum_we,
    from {{ ref('est_domain_clusters') }} as domain
    inner join clustered using (domain_id, measure_id)
),

fitted as (
    select
        coefficients.point_id,
        levels.stratum,
        levels.cluster_code,
        sum(coefficients.coefficient * levels.sum_w) as sum_w_fit,
    from {{ ref('est_coefficients') }} as coefficients
    inner join {{ ref('est_cluster_levels') }} as levels
        using (scheme_code, wave_code, group_value, attribute_code, level_code)
    group by coefficients.point_id, levels.stratum, levels.cluster_code
),

-- What the people of a cluster do to the targets of a margin with an unknown level.
inherited as (
    select
        effects.point_id,
        profiles.stratum,
        profiles.cluster_code,
        sum(effects.effect * counts.sum_d) as sum_d_effect,
    from {{ ref('est_inherited_errors') }} as effects
    inner join clustered using (point_id)
    inner join {{ ref('est_cells') }} as cells on effects.cell_id = cells.cell_id
    inner join {{ ref('wgt_profile_cells') }} as profiles
        on
            cells.scheme_code = profiles.scheme_code
            and cells.wave_code = profiles.wave_code
            and cells.group_value = profiles.group_value
            and cells.stratum = profiles.stratum
            and cells.cell_key = profiles.cell_key
    inner join {{ ref('wgt_profile_counts') }} as counts
        on
            profiles.wave_code = counts.wave_code
            and profiles.profile_key = counts.profile_key
    group by effects.point_id, profiles.stratum, profiles.cluster_code
),

joined as (
    select
        point_id,
        stratum,
        cluster_code,
        residuals.sum_we is not null as is_in_domain,
        coalesce(residuals.sum_we, 0) - coalesce(fitted.sum_w_fit, 0)
        + coalesce(inherited.sum_d_effect, 0) as sum_u,
    from residuals
    full join fitted using (point_id, stratum, cluster_code)
    left join inherited using (point_id, stratum, cluster_code)
)

select * from joined
order by point_id, stratum, cluster_code
