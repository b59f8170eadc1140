-- A municipality in several waves is one cluster: its sums are added before they are squared.
with summed as (
    select
        points.trend_id,
        influence.stratum,
        influence.cluster_code,
        bool_or(influence.is_in_domain) as is_in_domain,
        sum(points.coefficient * influence.sum_u) as sum_u,
    from {{ ref('est_trend_points') }} as points
    inner join {{ ref('est_cluster_influence') }} as influence using (point_id)
    group by points.trend_id, influence.stratum, influence.cluster_code
),

strata as (
    {{ cluster_strata('summed', 'trend_id') }}
)

select * from strata
order by all
