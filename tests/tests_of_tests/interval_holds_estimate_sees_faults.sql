-- Planted: an estimate outside its interval (2), a share with an interval above 1 (3), and a
-- published row without a figure (4). A mean may be above 1.
with planted as (
    select * from (
        values
        (1, 'share', 0.5, 0.4, 0.6),
        (2, 'share', 0.7, 0.4, 0.6),
        (3, 'share', 0.9, 0.8, 1.1),
        (4, 'share', null, 0.4, 0.6),
        (5, 'mean', 6.5, 6.0, 7.0)
    ) as t (row_number, statistic, estimate, ci_low, ci_high)
),

complete as (
    select
        *,
        false as is_withheld,
    from planted
),

flagged as (
    {{ test_interval_holds_estimate('complete') }}
),

expected as (
    select * from (values (2), (3), (4)) as t (row_number)
)

(select row_number from flagged except select row_number from expected)
union all
(select row_number from expected except select row_number from flagged)
