with people as (
    select
        cells.scheme_code,
        cells.wave_code,
        cells.group_value,
        cells.cell_key,
        sources.level_code as source_code,
        sum(counts.n_respondents)::bigint as n_respondents,
        sum(counts.sum_d) as sum_d,
        sum(counts.sum_d2) as sum_d2,
    from {{ ref('est_source_segments') }} as segments
    inner join {{ ref('wgt_profile_cells') }} as cells using (scheme_code, survey_code)
    inner join {{ ref('wgt_profile_counts') }} as counts using (wave_code, profile_key)
    inner join {{ ref('wgt_profiles') }} as sources
        on
            cells.wave_code = sources.wave_code
            and cells.profile_key = sources.profile_key
            and segments.attribute_code = sources.attribute_code
    group by
        cells.scheme_code, cells.wave_code, cells.group_value, cells.cell_key, sources.level_code
)

select * from people
order by all
