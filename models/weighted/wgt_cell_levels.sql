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
        profiles.attribute_code,
        profiles.level_code,
    from cells
    inner join {{ ref('weighting_variables') }} as variables using (scheme_code)
    inner join {{ ref('wgt_profiles') }} as profiles
        on
            cells.wave_code = profiles.wave_code
            and cells.profile_key = profiles.profile_key
            and variables.attribute_code = profiles.attribute_code
)

select * from leveled
order by all
