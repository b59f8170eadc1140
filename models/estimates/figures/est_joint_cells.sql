with placed as (
    select
        cells.scheme_code,
        counts.wave_code,
        segments.segment_code,
        segments.segment_value,
        counts.answer_pair_code,
        raking_cells.cell_id,
        sum(counts.n_both) as n_both,
        sum(counts.sum_d2) as sum_d2,
        sum(counts.sum_d2_a) as sum_d2_a,
        sum(counts.sum_d2_b) as sum_d2_b,
        sum(counts.sum_d2_ab) as sum_d2_ab,
    from {{ ref('est_joint_counts') }} as counts
    inner join {{ ref('wgt_profile_cells') }} as cells using (wave_code, profile_key)
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
