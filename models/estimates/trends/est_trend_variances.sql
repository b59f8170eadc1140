with apart as (
    select
        points.trend_id,
        sum(points.coefficient * points.coefficient * variances.variance) as variance,
    from {{ ref('est_trend_points') }} as points
    inner join {{ ref('est_variances') }} as variances using (point_id)
    anti join {{ ref('est_trend_panels') }} using (trend_id)
    where variances.unit = 'respondent'
    group by points.trend_id
),

together as (
    select
        trend_id,
        stratum,
        sum_u,
        sum_u2,
        'respondent' as unit,
    from {{ ref('est_trend_panels') }}
    union all by name
    select
        trend_id,
        stratum,
        sum_u,
        sum_u2,
        'cluster' as unit,
    from {{ ref('est_trend_clusters') }}
),

summed as (
    select
        together.trend_id,
        together.unit,
        sum({{ stratum_variance(
            'units.n_units', 'together.sum_u', 'together.sum_u2', 'units.population_correction'
        ) }}) as variance,
    from together
    inner join {{ ref('est_trend_lines') }} as lines using (trend_id)
    inner join {{ ref('est_trend_units') }} as units
        on
            lines.scheme_code = units.scheme_code
            and lines.waves = units.waves
            and together.stratum = units.stratum
            and together.unit = units.unit
    group by together.trend_id, together.unit
),

unioned as (
    select
        trend_id,
        'respondent' as unit,
        variance,
    from apart
    union all by name
    select * from summed
)

select * from unioned
order by all
