with respondents as (
    select
        influence.point_id,
        cells.scheme_code,
        cells.wave_code,
        cells.stratum,
        'respondent' as unit,
        sum({{ cell_sum_u('cells.factor', 'cells.sum_d', 'influence.sum_de', 'influence.fit') }})
            as sum_u,
        sum({{ cell_sum_u2(
            'cells.factor', 'cells.sum_d2', 'influence.sum_d2e', 'influence.sum_d2ee',
            'influence.fit'
        ) }}) as sum_u2,
    from {{ ref('est_influence') }} as influence
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    group by all
),

clusters as (
    select
        influence.point_id,
        points.scheme_code,
        points.wave_code,
        influence.stratum,
        'cluster' as unit,
        sum(influence.sum_u) as sum_u,
        sum(influence.sum_u * influence.sum_u) as sum_u2,
    from {{ ref('est_cluster_influence') }} as influence
    inner join {{ ref('est_points') }} as points using (point_id)
    group by all
),

stratum_sums as (
    select * from respondents
    union all
    select * from clusters
),

variances as (
    {{ variance_over_strata('stratum_sums', 'point_id', ref('est_strata')) }}
)

select * from variances
order by all
