-- Of a panel u is Σ coefficient · u of the waves per person: of one person in two waves Σu² gains
-- 2 Σ u_a u_b.
with points as (
    select points.*
    from {{ ref('est_trend_points') }} as points
    where
        points.survey_code in (
            select pairs.survey_code from {{ ref('est_wave_pairs') }} as pairs
            where pairs.is_panel
        )
),

wave_sums as (
    {{ respondent_sums(ref('est_influence'), 'point_id') }}
),

followed as (
    select
        points.trend_id,
        sums.stratum,
        sum(points.coefficient * sums.sum_u) as sum_u,
        sum(points.coefficient * points.coefficient * sums.sum_u2) as sum_u2,
        0 as n_both,
    from points
    inner join wave_sums as sums using (point_id)
    group by points.trend_id, sums.stratum
    union all
    select
        a.trend_id,
        products.stratum,
        0 as sum_u,
        sum(2 * a.coefficient * b.coefficient * products.sum_uu) as sum_u2,
        sum(products.n_both) as n_both,
    from points as a
    inner join points as b using (trend_id)
    inner join {{ ref('est_comparisons') }} as pairs
        on a.point_id = pairs.point_id_a and b.point_id = pairs.point_id_b
    inner join {{ ref('est_panel_products') }} as products using (pair_id)
    group by a.trend_id, products.stratum
),

summed as (
    select
        trend_id,
        stratum,
        sum(sum_u) as sum_u,
        sum(sum_u2) as sum_u2,
        sum(n_both)::bigint as n_both,
    from followed
    group by trend_id, stratum
)

select * from summed
order by all
