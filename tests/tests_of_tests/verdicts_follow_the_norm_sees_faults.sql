-- Planted: met on the wrong side (2, and 3 where lower is better), a verdict although the interval
-- holds the norm (4), no verdict on a value (5), a withheld figure with its value (7), with a
-- verdict (8) and without a reason (9).
with planted as (
    select * from (
        values
        (1, 'higher_is_better', 0.9, 0.85, 0.95, 'met', false, null),
        (2, 'higher_is_better', 0.7, 0.65, 0.75, 'met', false, null),
        (3, 'lower_is_better', 0.9, null, null, 'met', false, null),
        (4, 'higher_is_better', 0.82, 0.78, 0.86, 'met', false, null),
        (5, 'higher_is_better', 0.9, 0.85, 0.95, null, false, null),
        (6, 'higher_is_better', null, null, null, null, true, 'Te weinig'),
        (7, 'higher_is_better', 0.9, null, null, null, true, 'Te weinig'),
        (8, 'higher_is_better', null, null, null, 'met', true, 'Te weinig'),
        (9, 'higher_is_better', null, null, null, null, true, null),
        (10, 'higher_is_better', 0.82, 0.78, 0.86, 'undecided', false, null)
    ) as t (
        row_number, direction, value, ci_low, ci_high, verdict, is_withheld, withheld_label_nl
    )
),

complete as (
    select
        *,
        0.8 as norm,
        withheld_label_nl as withheld_label_en,
        null::bigint as n_observations,
        null::double as previous_value,
        null::double as difference,
        null::double as difference_ci_low,
        null::double as difference_ci_high,
        null::varchar as trend,
    from planted
),

flagged as (
    {{ test_verdicts_follow_the_norm('complete') }}
),

expected as (
    select * from (values (2), (3), (4), (5), (7), (8), (9)) as t (row_number)
)

(select row_number from flagged except select row_number from expected)
union all
(select row_number from expected except select row_number from flagged)
