-- u = w (e - b) + d·effect is w (e - (b - effect / f)): the error that a margin inherits from its
-- targets is a change of its fit.
with influence as (
    select
        residuals.* replace (
            residuals.fit - coalesce(inherited.effect / cells.factor, 0) as fit
        ),
    from {{ ref('est_residuals') }} as residuals
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    left join {{ ref('est_inherited_errors') }} as inherited using (point_id, cell_id)
)

select * from influence
order by point_id, cell_id
