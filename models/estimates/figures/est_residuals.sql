with residuals as (
    select
        points.point_id,
        domain.cell_id,
        sum(domain.sum_dy - points.estimate * domain.sum_d) / any_value(points.sum_w) as sum_de,
        sum(domain.sum_d2y - points.estimate * domain.sum_d2) / any_value(points.sum_w) as sum_d2e,
        sum(
            domain.sum_d2yy - 2 * points.estimate * domain.sum_d2y
            + points.estimate * points.estimate * domain.sum_d2
        ) / power(any_value(points.sum_w), 2) as sum_d2ee,
    from {{ ref('est_domain_cells') }} as domain
    inner join {{ ref('est_points') }} as points
        using (domain_id, measure_id)
    group by points.point_id, domain.cell_id
),

fitted as (
    {{ calibration_fit(ref('est_coefficients'), ['point_id']) }}
),

-- Every cell of the scheme that weighs in: inside the domain, or outside it with a fit.
joined as (
    select
        point_id,
        cell_id,
        coalesce(residuals.sum_de, 0) as sum_de,
        coalesce(residuals.sum_d2e, 0) as sum_d2e,
        coalesce(residuals.sum_d2ee, 0) as sum_d2ee,
        coalesce(fitted.fit, 0) as fit,
    from residuals
    full join fitted using (point_id, cell_id)
)

select * from joined
order by point_id, cell_id
