with panels as (
    select * from {{ ref('est_comparisons') }}
    where is_panel
),

placed as (
    select * from {{ ref('est_panel_places') }}
),

everybody as (
    select
        scheme_code,
        wave_code,
        compared_wave_code,
        stratum,
        cell_id_a,
        cell_id_b,
        any_value(factors) * sum(sum_dd) as sum_ww,
    from placed
    where measure_id is null
    group by all
),

-- Σ of the residuals e of one wave or of both: e = (y - m) / W inside the domain, else 0.
answered as (
    select
        panels.pair_id,
        placed.stratum,
        placed.cell_id_a,
        placed.cell_id_b,
        any_value(placed.factors) as factors,
        sum(placed.n_both) filter (where {{ in_domains('ab') }}) as n_both,
        sum((placed.sum_dd_a_y - panels.estimate_a * placed.sum_dd_a) / panels.sum_w_a)
        filter (where {{ in_domains('a') }}) as sum_e_a,
        sum((placed.sum_dd_b_y - panels.estimate_b * placed.sum_dd_b) / panels.sum_w_b)
        filter (where {{ in_domains('b') }}) as sum_e_b,
        sum(
            (
                placed.sum_dd_both_yy
                - panels.estimate_b * placed.sum_dd_both_ya
                - panels.estimate_a * placed.sum_dd_both_yb
                + panels.estimate_a * panels.estimate_b * placed.sum_dd_both
            ) / (panels.sum_w_a * panels.sum_w_b)
        ) filter (where {{ in_domains('ab') }}) as sum_ee,
    from panels
    inner join placed
        using (scheme_code, wave_code, compared_wave_code, measure_id)
    left join {{ ref('est_profile_places') }} as domain_a
        on
            panels.domain_id_a = domain_a.domain_id
            and placed.profile_key = domain_a.profile_key
    left join {{ ref('est_profile_places') }} as domain_b
        on
            panels.domain_id_b = domain_b.domain_id
            and placed.compared_profile_key = domain_b.profile_key
    where domain_a.domain_id is not null or domain_b.domain_id is not null
    group by all
),

products as (
    select
        answered.pair_id,
        answered.stratum,
        answered.n_both,
        answered.factors * (
            coalesce(answered.sum_ee, 0)
            - coalesce(a.fit, 0) * coalesce(answered.sum_e_b, 0)
            - coalesce(b.fit, 0) * coalesce(answered.sum_e_a, 0)
        ) as sum_uu,
    from answered
    inner join panels using (pair_id)
    left join {{ ref('est_influence') }} as a
        on panels.point_id_a = a.point_id and answered.cell_id_a = a.cell_id
    left join {{ ref('est_influence') }} as b
        on panels.point_id_b = b.point_id and answered.cell_id_b = b.cell_id
    union all
    select
        panels.pair_id,
        everybody.stratum,
        0 as n_both,
        everybody.sum_ww * a.fit * b.fit as sum_uu,
    from panels
    inner join everybody using (scheme_code, wave_code, compared_wave_code)
    inner join {{ ref('est_influence') }} as a
        on panels.point_id_a = a.point_id and everybody.cell_id_a = a.cell_id
    inner join {{ ref('est_influence') }} as b
        on panels.point_id_b = b.point_id and everybody.cell_id_b = b.cell_id
),

summed as (
    select
        pair_id,
        stratum,
        coalesce(sum(n_both), 0)::bigint as n_both,
        sum(sum_uu) as sum_uu,
    from products
    group by pair_id, stratum
)

select * from summed
order by all
