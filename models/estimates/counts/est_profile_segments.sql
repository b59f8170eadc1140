with segments as (
    select
        segments.*,
        profiles.wave_code,
        profiles.profile_key,
    from {{ ref('segments') }} as segments
    inner join (
        select distinct
            survey_code,
            wave_code,
            profile_key,
        from {{ ref('wgt_profile_cells') }}
    ) as profiles using (survey_code)
),

-- Levels of the whole profile, and those of which people are counted beside it.
found as (
    select
        wave_code,
        profile_key,
        attribute_code,
        level_code,
        false as is_counted_beside,
    from {{ ref('wgt_profiles') }}
    union all
    select distinct
        wave_code,
        profile_key,
        attribute_code,
        level_code,
        true as is_counted_beside,
    from {{ ref('est_answer_counts') }}
    where attribute_code is not null and second_level_code is null
),

-- Nobody can be placed in a group of people who did not say: they count in the total only.
levels as (
    select
        profiles.wave_code,
        profiles.profile_key,
        profiles.attribute_code,
        profiles.level_code,
        if(profiles.is_counted_beside, profiles.attribute_code, null) as counted_attribute_code,
        if(profiles.is_counted_beside, profiles.level_code, null) as counted_level_code,
    from found as profiles
    left join {{ ref('attribute_levels') }} as levels using (attribute_code, level_code)
    where profiles.level_code != 'unknown' and coalesce(levels.is_reported, true)
),

placed as (
    select
        segments.survey_code,
        segments.wave_code,
        segments.profile_key,
        segments.segment_code,
        if(segments.attribute_code is null, 'total', first_level.level_code) as segment_value,
        second_level.level_code as second_segment_value,
        segments.second_attribute_code is not null as is_crossed,
        {% for column in ['counted_attribute_code', 'counted_level_code'] -%}
            coalesce(first_level.{{ column }}, second_level.{{ column }}) as {{ column }},
        {% endfor -%}
    from segments
    left join levels as first_level
        on
            segments.wave_code = first_level.wave_code
            and segments.profile_key = first_level.profile_key
            and segments.attribute_code = first_level.attribute_code
    left join levels as second_level
        on
            segments.wave_code = second_level.wave_code
            and segments.profile_key = second_level.profile_key
            and segments.second_attribute_code = second_level.attribute_code
)

select * exclude (is_crossed)
from placed
where
    segment_value is not null
    and (second_segment_value is not null or not is_crossed)
order by all
