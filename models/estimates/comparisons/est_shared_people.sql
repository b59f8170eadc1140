{{ config(materialized='view') }}

-- People in two groups at once: the profile lies in both, whole or with who gave both answers.
with pairs as (
    select distinct
        domain_id_a,
        domain_id_b,
    from {{ ref('est_comparisons') }}
    where may_overlap
),

shared_profiles as (
    select
        pairs.domain_id_a,
        pairs.domain_id_b,
        a.cell_id,
        a.wave_code,
        a.profile_key,
        coalesce(a.counted_attribute_code, b.counted_attribute_code) as counted_attribute_code,
        least(a.counted_level_code, b.counted_level_code) as counted_level_code,
        nullif(
            greatest(a.counted_level_code, b.counted_level_code),
            least(a.counted_level_code, b.counted_level_code)
        ) as second_level_code,
    from pairs
    inner join {{ ref('est_profile_places') }} as a on pairs.domain_id_a = a.domain_id
    inner join {{ ref('est_profile_places') }} as b
        on
            pairs.domain_id_b = b.domain_id
            and a.wave_code = b.wave_code
            and a.profile_key = b.profile_key
),

shared_people as (
    select
        shared.domain_id_a,
        shared.domain_id_b,
        shared.cell_id,
        people.survey_code,
        people.people_key,
    from shared_profiles as shared
    inner join (
        select distinct * exclude (delivery_key) from {{ ref('est_counted_people') }}
    ) as people
        on
            {{ counted_people('people', 'shared') }}
            and people.second_level_code is not distinct from shared.second_level_code
)

select * from shared_people
