with placed as (
    select
        counts.survey_code,
        counts.wave_code,
        cells.scheme_code,
        segments.segment_code,
        segments.segment_value,
        raking_cells.cell_id,
        cells.cluster_code,
        counts.question_code,
        counts.is_base,
        counts.option_code,
        counts.value_number,
        sum(counts.n_answers) as n_answers,
        sum(counts.sum_d) as sum_d,
        sum(counts.sum_d2) as sum_d2,
    from {{ ref('est_answer_counts') }} as counts
    inner join {{ ref('wgt_profile_cells') }} as cells
        using (survey_code, wave_code, profile_key)
    inner join {{ ref('wgt_raking_cells') }} as raking_cells
        on
            cells.scheme_code = raking_cells.scheme_code
            and cells.wave_code = raking_cells.wave_code
            and cells.group_value = raking_cells.group_value
            and cells.cell_key = raking_cells.cell_key
            and cells.stratum = raking_cells.stratum
    inner join {{ ref('est_profile_segments') }} as segments
        on
            counts.wave_code = segments.wave_code
            and counts.profile_key = segments.profile_key
    inner join {{ ref('wgt_scheme_segments') }} as scheme_segments
        on
            cells.scheme_code = scheme_segments.scheme_code
            and segments.segment_code = scheme_segments.segment_code
    group by all
)

select * from placed
order by all
