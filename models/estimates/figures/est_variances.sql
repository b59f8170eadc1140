with respondents as (
    {{ respondent_sums(ref('est_influence'), 'point_id') }}
),

per_cluster as (
    select
        influence.point_id,
        points.scheme_code,
        points.wave_code,
        influence.stratum,
        influence.sum_u,
    from {{ ref('est_cluster_influence') }} as influence
    inner join {{ ref('est_points') }} as points using (point_id)
),

clusters as (
    {{ cluster_sums('per_cluster', 'point_id') }}
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
