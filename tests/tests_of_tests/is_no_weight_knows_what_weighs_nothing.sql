-- Missing, 0, negative, infinite and not a number are no base weights; 0.5 is one.
with weights as (
    select * from (
        values
        (null, true), (0, true), (-1, true), ('infinity'::double, true),
        ('-infinity'::double, true), ('nan'::double, true), (0.5, false)
    ) as t (base_weight, expected)
)

select * from weights
where {{ is_no_weight('base_weight') }} is distinct from expected
