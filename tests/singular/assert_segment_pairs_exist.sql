-- A pair with a misspelled segment or group would compare nothing, and nobody would see it.
with sides as (
    select
        survey_code,
        segment_pair_code,
        unnest([segment_code_a, segment_code_b]) as segment_code,
        unnest([segment_value_a, segment_value_b]) as segment_value,
        unnest([second_segment_value_a, second_segment_value_b]) as second_segment_value,
    from {{ ref('segment_pairs') }}
)

select sides.*
from sides
left join {{ ref('est_groups') }} as groups
    on
        sides.survey_code = groups.survey_code
        and {{ same_group('sides', 'groups') }}
where
    groups.segment_code is null
    -- Surveys that have not landed have no groups yet.
    and sides.survey_code in (select landed.survey_code from {{ ref('est_groups') }} as landed)
