with levels as (
    {{ calibration_levels() }}
),

cell_levels as (
    {{ calibration_cell_levels('levels') }}
),

-- Per cell first: a cell has several levels, and a domain several sums in it.
cell_sums as (
    select
        points.point_id,
        domain.cell_id,
        sum(domain.sum_dy - points.estimate * domain.sum_d) / any_value(points.sum_w) as sum_de,
    from {{ ref('est_domain_cells') }} as domain
    inner join {{ ref('est_points') }} as points
        using (domain_id, measure_id)
    group by points.point_id, domain.cell_id
),

level_sums as (
    select
        cell_sums.point_id,
        cell_levels.level_id,
        sum(cell_sums.sum_de) as sum_de,
    from cell_sums
    inner join cell_levels using (cell_id)
    group by cell_sums.point_id, cell_levels.level_id
),

coefficients as (
    {{ calibration_coefficients('levels', 'level_sums', ['point_id'], 'sum_de') }}
)

select * from coefficients
order by all
