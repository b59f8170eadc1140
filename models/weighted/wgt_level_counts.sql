with sampled as (
    select
        levels.scheme_code,
        levels.wave_code,
        levels.group_value,
        levels.attribute_code,
        levels.level_code,
        levels.first_attribute_code,
        levels.second_attribute_code,
        levels.first_level_code,
        levels.second_level_code,
        bool_and(levels.is_known) as is_known,
        sum(counts.n_respondents)::bigint as n_respondents,
    from {{ ref('wgt_raking_levels') }} as levels
    inner join {{ ref('wgt_profile_counts') }} as counts using (wave_code, profile_key)
    group by all
),

compared as (
    select
        scheme_code,
        wave_code,
        group_value,
        attribute_code,
        level_code,
        {% for part in [
            'first_attribute_code', 'second_attribute_code', 'first_level_code',
            'second_level_code'
        ] -%}
            coalesce(sampled.{{ part }}, targets.{{ part }}) as {{ part }},
        {% endfor -%}
        coalesce(sampled.is_known, true) as is_known,
        coalesce(sampled.n_respondents, 0) as n_respondents,
        coalesce(targets.total, 0) as target,
    from sampled
    full join {{ ref('wgt_unmerged_targets') }} as targets
        using (scheme_code, wave_code, group_value, attribute_code, level_code)
    -- A population that landed before its survey has nobody to merge.
    where (scheme_code, wave_code) in (
        select
            waves.scheme_code,
            waves.wave_code,
        from sampled as waves
    )
)

select * from compared
order by scheme_code, wave_code, group_value, attribute_code, level_code
