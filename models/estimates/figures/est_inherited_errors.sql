-- Levels that the population does not know keep the share s they have in the sample, and the known
-- targets share what is left: T(1 - s)P. Those targets have the error of s.
with levels as (
    select
        cells.scheme_code,
        cells.wave_code,
        cells.group_value,
        levels.attribute_code,
        levels.level_code,
        levels.is_known,
        sum(cells.sum_d) as sum_d,
        sum(cells.factor * cells.sum_d) as sum_w,
    from {{ ref('est_cells') }} as cells
    inner join {{ ref('wgt_cell_levels') }} as levels using (scheme_code, wave_code, cell_key)
    group by all
),

shares as (
    select
        *,
        sum_d / sum(sum_d) over margin as sample_share,
        sum_w / sum(sum_w) filter (where is_known) over margin as known_share,
        coalesce(sum(sum_d) filter (where not is_known) over margin, 0)
        / sum(sum_d) over margin as unknown_share,
        sum(sum_w) over margin / sum(sum_d) over margin as inflation,
    from levels
    window
        margin as (
            partition by scheme_code, wave_code, group_value, attribute_code
        )
),

-- A figure that is a margin itself: nothing of it is left after the fit.
known as (
    select
        residuals.point_id,
        points.scheme_code,
        points.wave_code,
    from {{ ref('est_residuals') }} as residuals
    inner join {{ ref('est_points') }} as points using (point_id)
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    where
        points.simple_variance > 0
        and (points.scheme_code, points.wave_code) in (
            select
                unsure.scheme_code,
                unsure.wave_code,
            from shares as unsure
            where not unsure.is_known
        )
    group by residuals.point_id, points.scheme_code, points.wave_code
    having
        sum({{ cell_sum_u2(
            'cells.factor', 'cells.sum_d2', 'residuals.sum_d2e', 'residuals.sum_d2ee',
            'residuals.fit'
        ) }}) <= {{ no_variance() }} * any_value(points.simple_variance)
),

-- What one respondent's place does to the targets, times what the targets do to the figure.
effects as (
    select
        known.point_id,
        shares.*,
        coefficients.coefficient,
        sum(if(shares.is_known, 0, coefficients.coefficient * shares.sample_share)) over margin
            as unknown_effect,
        sum(if(shares.is_known, coefficients.coefficient * shares.known_share, 0)) over margin
            as known_effect,
    from known
    inner join {{ ref('est_coefficients') }} as coefficients using (point_id)
    inner join shares
        on
            coefficients.scheme_code = shares.scheme_code
            and coefficients.wave_code = shares.wave_code
            and coefficients.group_value = shares.group_value
            and coefficients.attribute_code = shares.attribute_code
            and coefficients.level_code = shares.level_code
    where shares.unknown_share > 0
    window
        margin as (
            partition by known.point_id, shares.group_value, shares.attribute_code
        )
),

per_cell as (
    select
        effects.point_id,
        cells.cell_id,
        sum(effects.inflation * (
            if(effects.is_known, 0, effects.coefficient)
            - effects.unknown_effect
            - effects.known_effect * (if(effects.is_known, 0, 1) - effects.unknown_share)
        )) as effect,
    from effects
    inner join {{ ref('wgt_cell_levels') }} as levels
        using (scheme_code, wave_code, attribute_code, level_code)
    inner join {{ ref('est_cells') }} as cells
        on
            effects.scheme_code = cells.scheme_code
            and effects.wave_code = cells.wave_code
            and effects.group_value = cells.group_value
            and levels.cell_key = cells.cell_key
    group by effects.point_id, cells.cell_id
)

select * from per_cell
order by point_id, cell_id
