-- R: svyciprop(~I(q1 == "Approve"), svydesign(ids = ~1, weights = ~w_rake, data = dec13),
--    method = "xlogit") gives 0.40494193 .. 0.45092583 for 0.42777792, SE 0.011731647, df 1960.
-- At 0 of n_eff 100: 1 - 0.025^(1/100) = 0.0362167; at 1: 0.025^(1/100).
with bounds as (
    select
        name,
        {{ share_bound('share', 'se', 'df', 'n_effective', -1) }} as low,
        {{ share_bound('share', 'se', 'df', 'n_effective', 1) }} as high,
    from (
        values
        ('pew', 0.42777791932818830::double, 0.011731646911705::double, 1960, 1786.0),
        ('none', 0, 0, 99, 100),
        ('all', 1, 0, 99, 100)
    ) as t (name, share, se, df, n_effective)
),

expected as (
    select * from (
        values
        ('pew', 0.4049419336424953::double, 0.45092582884325205::double),
        ('none', 0, 1 - power(0.025, 0.01)),
        ('all', power(0.025, 0.01), 1)
    ) as t (name, low, high)
)

select *
from bounds
full join expected using (name)
where
    bounds.low is null
    or expected.low is null
    or abs(bounds.low - expected.low) > 1e-9
    or abs(bounds.high - expected.high) > 1e-9
