-- Strata of one wave; and of two waves together, where their units are the same ones: clusters, and
-- the people of a panel. Of other people two waves are drawn apart, each in its own strata.
with pairs as (
    select distinct
        scheme_code,
        wave_code,
        compared_wave_code,
        is_panel,
    from {{ ref('est_comparisons') }}
    where wave_code != compared_wave_code
),

clustered as (
    select distinct
        pairs.scheme_code,
        pairs.wave_code,
        pairs.compared_wave_code,
        cells.stratum,
        cells.cluster_code,
    from pairs
    inner join {{ ref('wgt_profile_cells') }} as cells
        on
            pairs.scheme_code = cells.scheme_code
            and cells.wave_code in (pairs.wave_code, pairs.compared_wave_code)
    inner join {{ ref('weighting_schemes') }} as schemes
        on pairs.scheme_code = schemes.scheme_code
    where schemes.cluster_attribute_code is not null
),

-- A person in the same stratum in both waves is one unit of it.
followed as (
    select
        pairs.scheme_code,
        pairs.wave_code,
        pairs.compared_wave_code,
        later.stratum,
        -sum(counts.n_people) as n_units,
    from pairs
    inner join {{ ref('est_panel_counts') }} as counts using (wave_code, compared_wave_code)
    inner join {{ ref('wgt_profile_cells') }} as later using (scheme_code, wave_code, profile_key)
    inner join {{ ref('wgt_profile_cells') }} as earlier
        on
            pairs.scheme_code = earlier.scheme_code
            and pairs.compared_wave_code = earlier.wave_code
            and counts.compared_profile_key = earlier.profile_key
            and later.stratum = earlier.stratum
    where pairs.is_panel and counts.measure_id is null
    group by all
),

people as (
    select
        pairs.scheme_code,
        pairs.wave_code,
        pairs.compared_wave_code,
        strata.stratum,
        strata.n_units,
    from pairs
    inner join {{ ref('est_strata') }} as strata
        on
            pairs.scheme_code = strata.scheme_code
            and strata.wave_code in (pairs.wave_code, pairs.compared_wave_code)
    where pairs.is_panel and strata.unit = 'respondent'
    union all
    select * from followed
),

units as (
    select
        scheme_code,
        wave_code,
        compared_wave_code,
        stratum,
        'cluster' as unit,
        count(*) as n_units,
    from clustered
    group by all
    union all
    select
        scheme_code,
        wave_code,
        compared_wave_code,
        stratum,
        'respondent' as unit,
        sum(n_units)::bigint as n_units,
    from people
    group by all
),

-- The population of the later wave, or of the earlier one for a stratum that left.
corrected as (
    select
        units.*,
        1 - coalesce(
            units.n_units / case units.unit
                when 'cluster' then coalesce(later.n_clusters, earlier.n_clusters)
                else coalesce(later.n_respondents, earlier.n_respondents)
            end,
            0
        ) as population_correction,
    from units
    left join {{ ref('stratum_sizes') }} as later using (scheme_code, wave_code, stratum)
    left join {{ ref('stratum_sizes') }} as earlier
        on
            units.scheme_code = earlier.scheme_code
            and units.compared_wave_code = earlier.wave_code
            and units.stratum = earlier.stratum
),

unioned as (
    select
        * exclude (n_population),
        wave_code as compared_wave_code,
    from {{ ref('est_strata') }}
    union all by name
    select * from corrected
)

select * from unioned
order by all
