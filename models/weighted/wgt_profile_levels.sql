with grouped as (
    select
        levels.scheme_code,
        levels.wave_code,
        levels.profile_key,
        levels.attribute_code,
        levels.level_code,
        levels.is_known,
        coalesce(moved.into_code, levels.group_value) as group_value,
    from {{ ref('wgt_raking_levels') }} as levels
    left join {{ ref('wgt_merges') }} as moved
        on
            levels.scheme_code = moved.scheme_code
            and levels.wave_code = moved.wave_code
            and moved.attribute_code is null
            and levels.group_value = moved.level_code
),

merged as (
    select
        grouped.scheme_code,
        grouped.wave_code,
        grouped.profile_key,
        grouped.group_value,
        grouped.attribute_code,
        coalesce(moved.into_code, grouped.level_code) as level_code,
        grouped.is_known,
    from grouped
    left join {{ ref('wgt_merges') }} as moved
        using (scheme_code, wave_code, group_value, attribute_code, level_code)
)

select * from merged
order by all
