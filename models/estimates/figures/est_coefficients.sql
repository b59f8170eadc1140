with level_sums as (
    select
        points.point_id,
        cells.scheme_code,
        cells.wave_code,
        cells.group_value,
        levels.attribute_code,
        levels.level_code,
        sum(domain.sum_dy - points.estimate * domain.sum_d) / any_value(points.sum_w) as sum_de,
    from {{ ref('est_domain_cells') }} as domain
    inner join {{ ref('est_points') }} as points
        using (domain_id, measure_id)
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    inner join {{ ref('wgt_cell_levels') }} as levels
        on
            cells.scheme_code = levels.scheme_code
            and cells.wave_code = levels.wave_code
            and cells.cell_key = levels.cell_key
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
)

select * from coefficients
order by all
