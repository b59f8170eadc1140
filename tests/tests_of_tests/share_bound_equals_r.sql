-- R: svyciprop(~I(q1 == "Approve"), svydesign(ids = ~1, weights = ~w_rake, data = dec13),
--    method = "xlogit") gives 0.40494193 .. 0.45092583 for 0.42777792, SE 0.011731647, df 1960.
-- beta is Clopper-Pearson on n = 100 for a simple random sample with as many degrees of freedom
--    as answers less one: binom.test(90, 100)$conf.int.
-- clusters: svyciprop(~I(sch.wide == "Yes"), svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc,
--    data = apiclus1), method = "beta"): 15 clusters, so 14 degrees of freedom, of 183 schools.
-- wilson with very many degrees of freedom: prop.test(90, 100, correct = FALSE)$conf.int.
-- At 0 of n_eff 100: 1 - 0.025^(1/100) = 0.0362167; at 1: 0.025^(1/100).
with bounds as (
    select
        name,
        {{ share_bound('method', 'share', 'se', 'df', 'n_effective', 'n', -1) }} as low,
        {{ share_bound('method', 'share', 'se', 'df', 'n_effective', 'n', 1) }} as high,
    from (
        values
        (
            'pew', 'logit', 0.42777791932818830::double, 0.011731646911705::double,
            1960, 1786.0, 1961
        ),
        ('beta', 'beta', 0.9, 0.03, 99, 100, 100),
        (
            'clusters', 'beta', 0.87431693989071035::double, 0.02035947724462743::double,
            14, 183, 183
        ),
        ('wilson', 'wilson', 0.9, 0.03, 1000000000, 100, 100),
        ('known', 'beta', 0.9, 0, 99, 100, 100),
        ('none', 'logit', 0, 0, 99, 100, 100),
        ('all', 'wilson', 1, 0, 99, 100, 100)
    ) as t (name, method, share, se, df, n_effective, n)
),

expected as (
    select * from (
        values
        ('pew', 0.4049419336424953::double, 0.45092582884325205::double),
        ('beta', 0.823777402260, 0.950995310779),
        ('clusters', 0.82370221084750106, 0.91470449212686533),
        ('wilson', 0.825634338495, 0.944770862939),
        ('known', 0.9, 0.9),
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
    or abs(bounds.low - expected.low) > 1e-8
    or abs(bounds.high - expected.high) > 1e-8
