-- Planted: (1, null) twice. Nulls count as equal.
with planted as (
    select * from (values (1, 'a'), (1, null), (1, null), (2, null)) as t (k, v)
),

flagged as (
    {{ test_rows_are_unique('planted', ['k', 'v']) }}
),

expected as (
    select
        1 as k,
        null::varchar as v,
        2 as n_rows,
)

(select * from flagged except select * from expected)
union all
(select * from expected except select * from flagged)
