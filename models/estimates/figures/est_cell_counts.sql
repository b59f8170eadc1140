-- Millions of sums are grouped by two integers and stored by them.
with people as (
    select distinct
        people.survey_code,
        people.people_key,
        places.place_id,
    from {{ ref('est_counted_people') }} as people
    inner join {{ ref('est_profile_places') }} as places
        on {{ counted_people('people', 'places') }}
    where people.second_level_code is null
),

summed as (
    select
        people.place_id,
        answers.answer_id,
        sum(counts.n_answers)::bigint as n_answers,
        sum(counts.sum_d) as sum_d,
        sum(counts.sum_d2) as sum_d2,
    from {{ ref('est_people_counts') }} as counts
    inner join people using (people_key)
    inner join {{ ref('est_answers') }} as answers using (survey_code, answer_key)
    group by people.place_id, answers.answer_id
)

select * from summed
order by place_id, answer_id
