-- Planted: 0, negative, NaN, infinite and missing among two good weights.
with planted as (
    select * from (
        values (1, 1.0::double), (2, 0), (3, -1), (4, 'nan'), (5, 'inf'), (6, null), (7, 0.001)
    ) as t (row_number, weight)
),

flagged as (
    {{ test_is_positive('planted', 'weight') }}
),

expected as (
    select * from (values (2), (3), (4), (5), (6)) as t (row_number)
)

(select row_number from flagged except select row_number from expected)
union all
(select row_number from expected except select row_number from flagged)
