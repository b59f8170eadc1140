with placed as (
    select
        cells.scheme_code,
        cells.wave_code,
        cells.profile_key,
        segments.segment_code,
        segments.segment_value,
        segments.second_segment_value,
        segments.counted_attribute_code,
        segments.counted_level_code,
        raking_cells.cell_id,
        cells.cluster_code,
    from {{ ref('wgt_profile_cells') }} as cells
    inner join {{ ref('wgt_raking_cells') }} as raking_cells
        on
            cells.scheme_code = raking_cells.scheme_code
            and cells.wave_code = raking_cells.wave_code
            and cells.group_value = raking_cells.group_value
            and cells.cell_key = raking_cells.cell_key
            and cells.stratum = raking_cells.stratum
    inner join {{ ref('est_profile_segments') }} as segments
        on
            cells.wave_code = segments.wave_code
            and cells.profile_key = segments.profile_key
    inner join {{ ref('wgt_scheme_segments') }} as scheme_segments
        on
            cells.scheme_code = scheme_segments.scheme_code
            and segments.segment_code = scheme_segments.segment_code
),

-- A domain: for whom a figure is. A place: where sums are kept; profiles that differ in nothing
-- that counts share it.
numbered as (
    select
        dense_rank() over (
            order by
                scheme_code, wave_code, segment_code, segment_value, second_segment_value
        ) as domain_id,
        dense_rank() over (
            order by
                scheme_code, wave_code, segment_code, segment_value, second_segment_value,
                cell_id, cluster_code
        ) as place_id,
        *,
    from placed
)

select * from numbered
order by all
