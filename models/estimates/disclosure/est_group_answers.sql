-- Only where people themselves are counted do figures leave whole numbers to be solved.
with counting as (
    select distinct survey_code
    from {{ ref('weighting_schemes') }}
    where scheme_code not in (
        select variables.scheme_code from {{ ref('weighting_variables') }} as variables
    )
),

placed as (
    select
        profiles.survey_code,
        profiles.wave_code,
        profiles.profile_key,
        profiles.counted_attribute_code,
        profiles.counted_level_code,
        groups.sort_order as group_id,
    from {{ ref('est_profile_segments') }} as profiles
    inner join counting using (survey_code)
    inner join {{ ref('est_groups') }} as groups
        on
            profiles.survey_code = groups.survey_code
            and {{ same_group('profiles', 'groups') }}
),

averaged as (
    select distinct
        survey_code,
        question_code,
    from {{ ref('est_measures') }}
    where kind = 'mean'
),

counted as (
    select
        counts.wave_code,
        counts.question_code,
        placed.group_id,
        counts.value_number,
        sum(counts.n_answers)::bigint as n,
    from {{ ref('est_answer_counts') }} as counts
    inner join averaged using (survey_code, question_code)
    inner join placed
        on
            counts.survey_code = placed.survey_code
            and {{ counted_people('counts', 'placed') }}
    where
        counts.second_level_code is null
        and not counts.is_base
        and counts.value_number is not null
    group by counts.wave_code, counts.question_code, placed.group_id, counts.value_number
),

answering as (
    select distinct
        wave_code,
        question_code,
        group_id,
    from counted
),

-- Answers that nobody gave are answers that somebody could have given.
possible as (
    select distinct
        wave_code,
        question_code,
        value_number,
    from counted
),

filled as (
    select
        possible.wave_code,
        possible.question_code,
        groups.group_id,
        possible.value_number,
        coalesce(counted.n, 0) as n,
    from possible
    inner join answering as groups using (wave_code, question_code)
    left join counted using (wave_code, question_code, group_id, value_number)
)

select * from filled
order by all
