with schemes as (
    select
        schemes.*,
        profiles.wave_code,
        profiles.profile_key,
        profiles.base_weight,
    from {{ ref('weighting_schemes') }} as schemes
    inner join {{ ref('wgt_profile_counts') }} as profiles using (survey_code)
),

raked as (
    select
        scheme_code,
        wave_code,
        profile_key,
        any_value(group_value) as group_value,
        string_agg(
            attribute_code || '=' || level_code, '|' order by attribute_code
        ) as cell_key,
    from {{ ref('wgt_profile_levels') }}
    group by scheme_code, wave_code, profile_key
),

placed as (
    select
        schemes.scheme_code,
        schemes.wave_code,
        schemes.survey_code,
        schemes.profile_key,
        coalesce(raked.group_value, group_level.level_code, 'all') as group_value,
        coalesce(stratum_level.level_code, 'all') as stratum,
        coalesce(cluster_level.level_code, 'all') as cluster_code,
        -- Bounds on the weight itself need cells of one base weight.
        coalesce(raked.cell_key, 'all')
        || if(schemes.bounds_on = 'w', '|base_weight=' || schemes.base_weight, '') as cell_key,
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
    -- A profile without levels in a scheme that rakes was left out (unknown_levels = exclude).
    where
        raked.cell_key is not null
        or schemes.scheme_code not in (
            select variables.scheme_code from {{ ref('weighting_variables') }} as variables
        )
)

select * from placed
order by all
