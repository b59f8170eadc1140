-- Planted: a share above 1 (2) and a share that does not belong to its count (3); null holds (4).
with planted as (
    select * from (values (1, 5, 0.5), (2, 15, 1.5), (3, 4, 0.5), (4, 4, null))
        as t (row_number, n, share)
),

flagged as (
    {{ test_rules_hold('planted', {'above 1': 'share <= 1', 'not n': 'share = n / 10'}) }}
),

expected as (
    select * from (values (2, 'above 1'), (3, 'not n')) as t (row_number, problem)
)

(select row_number, problem from flagged except select row_number, problem from expected)
union all
(select row_number, problem from expected except select row_number, problem from flagged)
