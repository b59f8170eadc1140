with sides as (
    select
        pair_id,
        scheme_code,
        wave_code,
        compared_wave_code,
        point_id_a as point_id,
        1 as sign,
    from {{ ref('est_comparisons') }}
    union all
    select
        pair_id,
        scheme_code,
        wave_code,
        compared_wave_code,
        point_id_b as point_id,
        -1 as sign,
    from {{ ref('est_comparisons') }}
),

-- A municipality in two waves is one cluster: its two sums are added before they are squared.
summed as (
    select
        sides.pair_id,
        sides.scheme_code,
        sides.wave_code,
        sides.compared_wave_code,
        influence.stratum,
        influence.cluster_code,
        bool_or(influence.is_in_domain) as is_in_domain,
        sum(sides.sign * influence.sum_u) as sum_u,
    from sides
    inner join {{ ref('est_cluster_influence') }} as influence using (point_id)
    group by all
)

select * from summed
order by all
