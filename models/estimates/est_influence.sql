with residuals as (
    select
        points.point_id,
        domain.cell_id,
        (domain.sum_dy - points.estimate * domain.sum_d) / points.sum_w as sum_de,
        (domain.sum_d2y - points.estimate * domain.sum_d2) / points.sum_w as sum_d2e,
        (
            domain.sum_d2yy - 2 * points.estimate * domain.sum_d2y
            + points.estimate * points.estimate * domain.sum_d2
        ) / (points.sum_w * points.sum_w) as sum_d2ee,
    from {{ ref('est_domain_cells') }} as domain
    inner join {{ ref('est_points') }} as points
        using (scheme_code, wave_code, segment_code, segment_value, measure_id)
),

cell_levels as (
    select
        cells.cell_id,
        cells.scheme_code,
        cells.wave_code,
        cells.group_value,
        levels.attribute_code,
        levels.level_code,
    from {{ ref('est_cells') }} as cells
    inner join {{ ref('wgt_cell_levels') }} as levels using (scheme_code, wave_code, cell_key)
),

level_sums as (
    select
        residuals.point_id,
        cell_levels.scheme_code,
        cell_levels.wave_code,
        cell_levels.group_value,
        cell_levels.attribute_code,
        cell_levels.level_code,
        sum(residuals.sum_de) as sum_de,
    from residuals
    inner join cell_levels using (cell_id)
    group by all
),

-- B = G S: what the calibration margins explain of the residuals.
coefficients as (
    select
        level_sums.point_id,
        inverses.scheme_code,
        inverses.wave_code,
        inverses.group_value,
        inverses.attribute_code,
        inverses.level_code,
        sum(inverses.value * level_sums.sum_de) as coefficient,
    from level_sums
    inner join {{ ref('wgt_calibration_inverse') }} as inverses
        on
            level_sums.scheme_code = inverses.scheme_code
            and level_sums.wave_code = inverses.wave_code
            and level_sums.group_value = inverses.group_value
            and level_sums.attribute_code = inverses.other_attribute_code
            and level_sums.level_code = inverses.other_level_code
    group by all
),

fitted as (
    select
        coefficients.point_id,
        cell_levels.cell_id,
        sum(coefficients.coefficient) as fit,
    from coefficients
    inner join cell_levels
        using (scheme_code, wave_code, group_value, attribute_code, level_code)
    group by coefficients.point_id, cell_levels.cell_id
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
