-- Planted: source b received 10 and accounts for 9.
with planted as (
    select * from (
        values
        ('a', 'received', 10), ('a', 'test', 2), ('a', 'eligible', 8),
        ('b', 'received', 10), ('b', 'test', 1), ('b', 'eligible', 8)
    ) as t (source_code, step_code, n_respondents)
),

complete as (
    select
        *,
        's' as survey_code,
        'w' as wave_code,
    from planted
),

flagged as (
    {{ test_steps_add_up('complete') }}
),

expected as (
    select 'b' as source_code
)

(select source_code from flagged except select source_code from expected)
union all
(select source_code from expected except select source_code from flagged)
