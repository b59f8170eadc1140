-- Planted: a withheld row that still shows its weighted n (2), one without a reason (3), a
-- published row with 49 answers (4), a withheld row that shows its number of answers (6), and a
-- published row with 9 answers of staff, of whom 10 are enough (7).
with planted as (
    select * from (
        values
        (1, 'omnichannel', true, null, null, null, 'Te weinig'),
        (2, 'omnichannel', true, null, 40.0, null, 'Te weinig'),
        (3, 'omnichannel', true, null, null, null, null),
        (4, 'omnichannel', false, 0.5, 49.0, 49, null),
        (5, 'omnichannel', false, 0.5, 50.0, 50, null),
        (6, 'omnichannel', true, null, null, 40, 'Te weinig'),
        (7, 'kcc_staff', false, 0.5, 9.0, 9, null),
        (8, 'kcc_staff', false, 0.5, 10.0, 10, null)
    ) as t (
        row_number, survey_code, is_withheld, estimate, n_weighted, n_answers, withheld_label_nl
    )
),

complete as (
    select
        *,
        null::double as se,
        null::double as ci_low,
        null::double as ci_high,
        null::double as n_effective,
        null::double as deff,
        null::bigint as df,
        null::double as se_clustered,
        null::double as ci_low_clustered,
        null::double as ci_high_clustered,
        null::bigint as df_clustered,
        withheld_label_nl as withheld_label_en,
    from planted
),

flagged as (
    {{ test_small_bases_are_withheld('complete') }}
),

expected as (
    select * from (values (2), (3), (4), (6), (7)) as t (row_number)
)

(select row_number from flagged except select row_number from expected)
union all
(select row_number from expected except select row_number from flagged)
