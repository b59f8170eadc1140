with grouped as (
    select
        targets.* exclude (group_value),
        coalesce(moved.into_code, targets.group_value) as group_value,
    from {{ ref('wgt_unmerged_targets') }} as targets
    left join {{ ref('wgt_merges') }} as moved
        on
            targets.scheme_code = moved.scheme_code
            and targets.wave_code = moved.wave_code
            and moved.attribute_code is null
            and targets.group_value = moved.level_code
),

merged as (
    select
        grouped.scheme_code,
        grouped.wave_code,
        grouped.group_value,
        grouped.attribute_code,
        coalesce(moved.into_code, grouped.level_code) as level_code,
        sum(grouped.total) as total,
    from grouped
    left join {{ ref('wgt_merges') }} as moved
        using (scheme_code, wave_code, group_value, attribute_code, level_code)
    group by all
)

select * from merged
order by scheme_code, wave_code, group_value, attribute_code, level_code
