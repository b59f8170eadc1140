-- Planted: person a counts twice in wave w1; b once per wave, and c once and once as duplicate.
with planted as (
    select * from (
        values
        ('w1', 'a', 'eligible'), ('w1', 'a', 'eligible'),
        ('w1', 'b', 'eligible'), ('w2', 'b', 'eligible'),
        ('w1', 'c', 'eligible'), ('w1', 'c', 'duplicate')
    ) as t (wave_code, respondent_key, response_status)
),

flagged as (
    {{ test_eligible_once('planted') }}
),

expected as (
    select
        'w1' as wave_code,
        'a' as respondent_key,
        2 as n_rows,
)

(select * from flagged except select * from expected)
union all
(select * from expected except select * from flagged)
