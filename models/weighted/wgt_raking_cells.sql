with summed as (
    select
        cells.scheme_code,
        cells.wave_code,
        cells.survey_code,
        cells.group_value,
        cells.stratum,
        cells.cell_key,
        sum(counts.n_respondents)::bigint as n_respondents,
        sum(counts.sum_d) as sum_d,
        sum(counts.sum_d2) as sum_d2,
        sum(counts.n_without_weight)::bigint as n_without_weight,
        flatten(list(counts.keys_without_weight) filter (where counts.n_without_weight > 0))
            as keys_without_weight,
    from {{ ref('wgt_profile_cells') }} as cells
    inner join {{ ref('wgt_profile_counts') }} as counts using (wave_code, profile_key)
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
