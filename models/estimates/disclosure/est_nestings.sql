with placed as (
    select
        profiles.survey_code,
        profiles.wave_code,
        profiles.profile_key,
        profiles.counted_attribute_code,
        profiles.counted_level_code,
        groups.sort_order as group_id,
        profiles.segment_code,
    from {{ ref('est_profile_segments') }} as profiles
    inner join {{ ref('est_groups') }} as groups
        on
            profiles.survey_code = groups.survey_code
            and {{ same_group('profiles', 'groups') }}
),

-- Groups counted beside the profile that have people in common: who gave one answer and the other.
answers_of_both as (
    select distinct
        counts.wave_code,
        counts.profile_key,
        counts.attribute_code,
        counts.level_code,
        other.attribute_code as other_attribute_code,
        counts.option_code as other_level_code,
    from {{ ref('est_answer_counts') }} as counts
    inner join {{ ref('attributes') }} as other using (survey_code, question_code)
    where
        other.is_segment_only
        and counts.attribute_code is not null
        and counts.second_level_code is null
        and not counts.is_base
),

sizes as (
    select
        wave_code,
        group_id,
        count(distinct profile_key) as n_profiles,
    from placed
    group by wave_code, group_id
),

together as (
    select
        parent.survey_code,
        parent.wave_code,
        parent.segment_code as parent_code,
        parent.group_id as parent_group,
        child.segment_code as child_code,
        child.group_id as child_group,
        bool_or(parent.counted_level_code is not null) as is_counted_parent,
        count(distinct parent.profile_key) as n_shared,
    from placed as parent
    inner join placed as child using (wave_code, profile_key)
    left join answers_of_both as shared
        on
            parent.wave_code = shared.wave_code
            and parent.profile_key = shared.profile_key
            and parent.counted_attribute_code = shared.attribute_code
            and parent.counted_level_code = shared.level_code
            and child.counted_attribute_code = shared.other_attribute_code
            and child.counted_level_code = shared.other_level_code
    where
        parent.segment_code != child.segment_code
        and (
            parent.counted_level_code is null
            or child.counted_level_code is null
            or shared.profile_key is not null
        )
    group by all
),

-- A segment is nested in another when each of its groups lies in one group of the other. Of one
-- that is not, a group can lie in one of the other all the same: 67 and older in 65 and older,
-- where other ages of the one are cut by the other.
counted as (
    select
        *,
        count(*) over (partition by wave_code, parent_code, child_code, child_group) as n_parents,
    from together
),

nested as (
    select
        *,
        max(n_parents) over (partition by wave_code, parent_code, child_code) as max_parents,
    from counted
),

-- The children of one family and their parent add up, with the rest that is in none of them. Groups
-- that share people do not add up to anything, but each is a part: a family of its own.
families as (
    select
        nested.wave_code,
        nested.parent_group,
        nested.child_group,
        concat_ws(
            ':', nested.child_code, if(segments.is_overlapping, nested.child_group, null)
        ) as family,
        -- Who is in no group said something all the same: no to this answer.
        coalesce(segments.is_overlapping, false) as rest_is_group,
    from nested
    inner join {{ ref('est_segments') }} as segments
        on
            nested.survey_code = segments.survey_code
            and nested.child_code = segments.segment_code
    inner join sizes
        on nested.wave_code = sizes.wave_code and nested.child_group = sizes.group_id
    where
        nested.max_parents = 1
        or (nested.n_shared = sizes.n_profiles and not nested.is_counted_parent)
)

select * from families
order by all
