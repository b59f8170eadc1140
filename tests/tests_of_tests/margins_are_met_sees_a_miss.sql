-- Planted: a margin missed by 1e-6 relative, and one without an achieved share.
with planted as (
    select * from (
        values (1, 0.5, 0.5), (2, 0.5, 0.5 + 5e-7), (3, 0.5, null), (4, 0.3, 0.3 + 1e-12)
    ) as t (level_code, target, achieved)
),

flagged as (
    {{ test_margins_are_met('planted', 'target', 'achieved') }}
),

expected as (
    select * from (values (2), (3)) as t (level_code)
)

(select level_code from flagged except select level_code from expected)
union all
(select level_code from expected except select level_code from flagged)
