with cells as (
    select
        scheme_code,
        wave_code,
        cell_key,
        min(profile_key) as profile_key,
    from {{ ref('wgt_profile_cells') }}
    group by scheme_code, wave_code, cell_key
),

leveled as (
    select
        cells.scheme_code,
        cells.wave_code,
        cells.cell_key,
        levels.attribute_code,
        levels.level_code,
        levels.is_known,
    from cells
    inner join {{ ref('wgt_profile_levels') }} as levels
        using (scheme_code, wave_code, profile_key)
)

select * from leveled
order by all
