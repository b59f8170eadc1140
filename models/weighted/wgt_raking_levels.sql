with variables as (
    select
        schemes.scheme_code,
        schemes.survey_code,
        schemes.group_attribute_code,
        schemes.unknown_levels = 'exclude' as excludes_unknown,
        variables.attribute_code as first_attribute_code,
        variables.second_attribute_code,
        concat_ws(' × ', variables.attribute_code, variables.second_attribute_code)
            as attribute_code,
    from {{ ref('weighting_schemes') }} as schemes
    inner join {{ ref('weighting_variables') }} as variables using (scheme_code)
),

profiles as (
    select
        profiles.*,
        coalesce(levels.has_population_target, profiles.level_code != 'unknown') as is_known,
    from {{ ref('wgt_profiles') }} as profiles
    left join {{ ref('attribute_levels') }} as levels using (attribute_code, level_code)
),

leveled as (
    select
        variables.scheme_code,
        firsts.wave_code,
        firsts.profile_key,
        coalesce(groups.level_code, 'all') as group_value,
        variables.attribute_code,
        concat_ws(' × ', firsts.level_code, seconds.level_code) as level_code,
        variables.first_attribute_code,
        variables.second_attribute_code,
        firsts.level_code as first_level_code,
        seconds.level_code as second_level_code,
        firsts.is_known and coalesce(seconds.is_known, true) as is_known,
        variables.excludes_unknown,
    from variables
    inner join profiles as firsts
        on
            variables.survey_code = firsts.survey_code
            and variables.first_attribute_code = firsts.attribute_code
    left join profiles as seconds
        on
            firsts.wave_code = seconds.wave_code
            and firsts.profile_key = seconds.profile_key
            and variables.second_attribute_code = seconds.attribute_code
    left join profiles as groups
        on
            firsts.wave_code = groups.wave_code
            and firsts.profile_key = groups.profile_key
            and variables.group_attribute_code = groups.attribute_code
),

kept as (
    select * exclude (excludes_unknown)
    from leveled
    qualify
        not (
            excludes_unknown
            and bool_or(not is_known) over (partition by scheme_code, wave_code, profile_key)
        )
)

select * from kept
order by all
