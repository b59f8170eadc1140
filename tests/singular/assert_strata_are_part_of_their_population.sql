-- A stratum with more units in the sample than in the population would have a negative variance,
-- and a name that no stratum has would correct nothing.
select
    sizes.scheme_code,
    sizes.wave_code,
    sizes.stratum,
    strata.unit,
    strata.n_units,
    strata.n_population,
from {{ ref('stratum_sizes') }} as sizes
left join {{ ref('est_strata') }} as strata using (scheme_code, wave_code, stratum)
where
    sizes.wave_code in (select known.wave_code from {{ ref('est_strata') }} as known)
    and (strata.n_units is null or strata.n_units > strata.n_population)
