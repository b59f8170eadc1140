-- Clusters first: a third of the rows has the levels of a cell to meet.
with domain_cells as (
    select
        domain_id,
        measure_id,
        cell_id,
        sum(sum_d) as sum_d,
        sum(sum_dy) as sum_dy,
    from {{ ref('est_domain_cells') }}
    group by domain_id, measure_id, cell_id
),

level_sums as (
    select
        points.point_id,
        cells.scheme_code,
        cells.wave_code,
        cells.group_value,
        levels.attribute_code,
        levels.level_code,
        sum(domain.sum_dy - points.estimate * domain.sum_d) / any_value(points.sum_w) as sum_de,
    from domain_cells as domain
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

coefficients as (
    {{ calibration_coefficients('level_sums', ['point_id'], 'sum_de') }}
)

select * from coefficients
order by all
