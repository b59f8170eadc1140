-- R: p.adjust(c(0.01, 0.04, 0.03, 0.5), "BH"): 0.04, 0.05333, 0.05333, 0.5. A p that is missing or
-- not seen has no part in its family, nor has another family; of two p values each has its own.
with tested as (
    select * from (
        values
        ('f', 1, 0.01, 0.02, true, 0.04, 0.04),
        ('f', 2, 0.04, null, true, 0.16 / 3, null),
        ('f', 3, 0.03, 0.04, true, 0.16 / 3, 0.04),
        ('f', 4, 0.5, null, true, 0.5, null),
        ('f', 5, null, null, true, null, null),
        ('f', 6, 0.001, 0.001, false, null, null),
        ('g', 7, 0.04, 0.6, true, 0.04, 0.6)
    ) as t (family, id, p, q, is_shown, p_wanted, q_wanted)
),

adjusted as (
    {{ with_adjusted_p('tested', 'family', {'p': 'p_adjusted', 'q': 'q_adjusted'}, 'is_shown') }}
)

select *
from adjusted
where
    abs(p_adjusted - p_wanted) > 1e-12
    or abs(q_adjusted - q_wanted) > 1e-12
    or (p_adjusted is null) != (p_wanted is null)
    or (q_adjusted is null) != (q_wanted is null)
