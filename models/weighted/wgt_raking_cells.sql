with summed as (
    select
        cells.scheme_code,
        cells.wave_code,
        cells.survey_code,
        cells.group_value,
        cells.stratum,
        cells.cell_key,
        count(*) as n_respondents,
        sum(respondents.base_weight) as sum_d,
        sum(respondents.base_weight * respondents.base_weight) as sum_d2,
    from {{ ref('wgt_profile_cells') }} as cells
    inner join {{ ref('wgt_respondents') }} as respondents using (wave_code, profile_key)
    where respondents.response_status = 'eligible'
    group by all
),

numbered as (
    select
        row_number() over (
            order by scheme_code, wave_code, group_value, cell_key, stratum
        ) as cell_id,
        *,
    from summed
)

select * from numbered
order by cell_id
