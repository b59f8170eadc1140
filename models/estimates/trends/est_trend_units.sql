-- Units of the waves of a trend together: of clusters, and of a panel, where a person is one unit
-- however many waves they are in. Other people are drawn anew in every wave (est_strata).
with panels as (
    select distinct survey_code
    from {{ ref('est_wave_pairs') }}
    where is_panel
),

wave_sets as (
    select distinct
        survey_code,
        scheme_code,
        waves,
    from {{ ref('est_trend_lines') }}
),

placed as (
    select
        wave_sets.*,
        cells.wave_code,
        cells.profile_key,
        cells.stratum,
        cells.cluster_code,
    from wave_sets
    inner join {{ ref('wgt_profile_cells') }} as cells
        on
            wave_sets.scheme_code = cells.scheme_code
            and list_contains(wave_sets.waves, cells.wave_code)
),

counted as (
    select
        placed.scheme_code,
        placed.waves,
        placed.stratum,
        'respondent' as unit,
        count(distinct respondents.respondent_key) as n_units,
    from placed
    inner join panels using (survey_code)
    inner join {{ ref('wgt_respondents') }} as respondents
        on
            placed.wave_code = respondents.wave_code
            and placed.profile_key = respondents.profile_key
            and respondents.response_status = 'eligible'
    group by placed.scheme_code, placed.waves, placed.stratum
    union all
    select
        placed.scheme_code,
        placed.waves,
        placed.stratum,
        'cluster' as unit,
        count(distinct placed.cluster_code) as n_units,
    from placed
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
    where schemes.cluster_attribute_code is not null
    group by placed.scheme_code, placed.waves, placed.stratum
),

-- The largest population that a wave was drawn from.
populations as (
    select
        scheme_code,
        stratum,
        unit,
        max(n_population) as n_population,
    from {{ ref('est_strata') }}
    group by scheme_code, stratum, unit
),

corrected as (
    select
        counted.*,
        1 - coalesce(counted.n_units / populations.n_population, 0) as population_correction,
    from counted
    left join populations using (scheme_code, stratum, unit)
)

select * from corrected
order by all
