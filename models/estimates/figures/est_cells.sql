with weighted as (
    select
        cells.cell_id,
        cells.scheme_code,
        cells.wave_code,
        cells.survey_code,
        cells.group_value,
        cells.stratum,
        cells.cell_key,
        cells.n_respondents,
        cells.sum_d,
        cells.sum_d2,
        factors.factor,
    from {{ ref('wgt_raking_cells') }} as cells
    inner join {{ ref('wgt_raking_factors') }} as factors
        using (scheme_code, wave_code, group_value, cell_key)
)

select * from weighted
order by cell_id
