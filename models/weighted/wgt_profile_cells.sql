with schemes as (
    select
        schemes.*,
        profiles.wave_code,
        profiles.profile_key,
    from {{ ref('weighting_schemes') }} as schemes
    inner join (
        select distinct
            wave_code,
            survey_code,
            profile_key,
        from {{ ref('wgt_respondents') }}
        where response_status = 'eligible'
    ) as profiles using (survey_code)
),

raked as (
    select
        schemes.scheme_code,
        schemes.wave_code,
        schemes.profile_key,
        string_agg(
            profiles.attribute_code || '=' || profiles.level_code,
            '|' order by profiles.attribute_code
        ) as cell_key,
        bool_or(
            schemes.unknown_levels = 'exclude' and not coalesce(levels.has_population_target, false)
        ) as is_excluded,
    from schemes
    inner join {{ ref('weighting_variables') }} as variables using (scheme_code)
    inner join {{ ref('wgt_profiles') }} as profiles
        on
            schemes.wave_code = profiles.wave_code
            and schemes.profile_key = profiles.profile_key
            and variables.attribute_code = profiles.attribute_code
    left join {{ ref('attribute_levels') }} as levels
        on
            profiles.attribute_code = levels.attribute_code
            and profiles.level_code = levels.level_code
    group by schemes.scheme_code, schemes.wave_code, schemes.profile_key
),

placed as (
    select
        schemes.scheme_code,
        schemes.wave_code,
        schemes.survey_code,
        schemes.profile_key,
        coalesce(group_level.level_code, 'all') as group_value,
        coalesce(stratum_level.level_code, 'all') as stratum,
        coalesce(cluster_level.level_code, 'all') as cluster_code,
        coalesce(raked.cell_key, 'all') as cell_key,
    from schemes
    left join raked using (scheme_code, wave_code, profile_key)
    left join {{ ref('wgt_profiles') }} as group_level
        on
            schemes.wave_code = group_level.wave_code
            and schemes.profile_key = group_level.profile_key
            and schemes.group_attribute_code = group_level.attribute_code
    left join {{ ref('wgt_profiles') }} as stratum_level
        on
            schemes.wave_code = stratum_level.wave_code
            and schemes.profile_key = stratum_level.profile_key
            and schemes.stratum_attribute_code = stratum_level.attribute_code
    left join {{ ref('wgt_profiles') }} as cluster_level
        on
            schemes.wave_code = cluster_level.wave_code
            and schemes.profile_key = cluster_level.profile_key
            and schemes.cluster_attribute_code = cluster_level.attribute_code
    where not coalesce(raked.is_excluded, false)
)

select * from placed
order by all
