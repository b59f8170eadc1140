with sides as (
    select
        pair_id,
        point_id_a as point_id,
        1 as sign,
    from {{ ref('est_comparisons') }}
    union all
    select
        pair_id,
        point_id_b as point_id,
        -1 as sign,
    from {{ ref('est_comparisons') }}
),

-- A municipality in two waves is one cluster: its two sums are added before they are squared.
summed as (
    select
        sides.pair_id,
        influence.stratum,
        influence.cluster_code,
        bool_or(influence.is_in_domain) as is_in_domain,
        sum(sides.sign * influence.sum_u) as sum_u,
    from sides
    inner join {{ ref('est_cluster_influence') }} as influence using (point_id)
    group by sides.pair_id, influence.stratum, influence.cluster_code
),

strata as (
    {{ cluster_strata('summed', 'pair_id') }}
)

select * from strata
order by pair_id, stratum
