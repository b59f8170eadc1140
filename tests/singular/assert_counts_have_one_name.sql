-- Counts are kept by keys. One without names would be lost where names are joined, and one with two
-- (two groups of people with one key) would count double.
with people as (
    select
        people_key,
        count(*) as n_names,
    from (select distinct * exclude (delivery_key) from {{ ref('est_counted_people') }})
    group by people_key
),

answers as (
    select
        answer_key,
        count(*) as n_names,
    from (
        select distinct * exclude (delivery_key, survey_code)
        from {{ ref('est_counted_answers') }}
    )
    group by answer_key
)

select
    counts.*,
    people.n_names as n_people,
    answers.n_names as n_answer_names,
from {{ ref('est_people_counts') }} as counts
left join people using (people_key)
left join answers using (answer_key)
where people.n_names is distinct from 1 or answers.n_names is distinct from 1
