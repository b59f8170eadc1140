with clustered as (
    select points.*
    from {{ ref('est_points') }} as points
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
    where schemes.cluster_attribute_code is not null
),

residuals as (
    select
        clustered.point_id,
        cells.stratum,
        domain.cluster_code,
        sum(cells.factor * (domain.sum_dy - clustered.estimate * domain.sum_d))
        / any_value(clustered.sum_w) as sum_we,
    from {{ ref('est_domain_cells') }} as domain
    inner join clustered
        using (domain_id, measure_id)
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    group by clustered.point_id, cells.stratum, domain.cluster_code
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

joined as (
    select
        point_id,
        stratum,
        cluster_code,
        residuals.sum_we is not null as is_in_domain,
        coalesce(residuals.sum_we, 0) - coalesce(fitted.sum_w_fit, 0) as sum_u,
    from residuals
    full join fitted using (point_id, stratum, cluster_code)
)

select * from joined
order by point_id, stratum, cluster_code
