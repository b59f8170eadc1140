with signed as (
    select
        comparisons.pair_id,
        influence.* exclude (point_id),
    from {{ ref('est_comparisons') }} as comparisons
    inner join {{ ref('est_influence') }} as influence
        on comparisons.point_id_a = influence.point_id
    union all
    select
        comparisons.pair_id,
        influence.cell_id,
        -influence.sum_de as sum_de,
        -influence.sum_d2e as sum_d2e,
        influence.sum_d2ee,
        -influence.fit as fit,
    from {{ ref('est_comparisons') }} as comparisons
    inner join {{ ref('est_influence') }} as influence
        on comparisons.point_id_b = influence.point_id
    union all
    -- People on both sides: e = e_a - e_b per person, so Σd²e² gains -2 Σd² e_a e_b.
    select
        comparisons.pair_id,
        shared.cell_id,
        0 as sum_de,
        0 as sum_d2e,
        -2 * (
            shared.sum_d2_ab
            - comparisons.estimate_b * shared.sum_d2_a
            - comparisons.estimate_a * shared.sum_d2_b
            + comparisons.estimate_a * comparisons.estimate_b * shared.sum_d2
        ) / (comparisons.sum_w_a * comparisons.sum_w_b) as sum_d2ee,
        0 as fit,
    from {{ ref('est_comparisons') }} as comparisons
    inner join {{ ref('est_overlaps') }} as shared using (pair_id)
),

differences as (
    select
        pair_id,
        cell_id,
        sum(sum_de) as sum_de,
        sum(sum_d2e) as sum_d2e,
        sum(sum_d2ee) as sum_d2ee,
        sum(fit) as fit,
    from signed
    group by pair_id, cell_id
),

respondents as (
    select
        differences.pair_id,
        cells.scheme_code,
        -- Two waves are drawn apart, unless their people are the same.
        if(comparisons.is_panel, comparisons.wave_code, cells.wave_code) as wave_code,
        if(comparisons.is_panel, comparisons.compared_wave_code, cells.wave_code)
            as compared_wave_code,
        cells.stratum,
        'respondent' as unit,
        sum({{ cell_sum_u(
            'cells.factor', 'cells.sum_d', 'differences.sum_de', 'differences.fit'
        ) }}) as sum_u,
        sum({{ cell_sum_u2(
            'cells.factor', 'cells.sum_d2', 'differences.sum_d2e', 'differences.sum_d2ee',
            'differences.fit'
        ) }}) as sum_u2,
    from differences
    inner join {{ ref('est_comparisons') }} as comparisons using (pair_id)
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    group by all
),

-- Of one person in two waves Σ(u_a - u_b)² gains -2 Σ u_a u_b.
of_one_person as (
    select
        respondents.* replace (
            respondents.sum_u2 - 2 * coalesce(products.sum_uu, 0) as sum_u2
        ),
    from respondents
    left join {{ ref('est_panel_products') }} as products using (pair_id, stratum)
),

clusters as (
    select
        clusters.pair_id,
        comparisons.scheme_code,
        comparisons.wave_code,
        comparisons.compared_wave_code,
        clusters.stratum,
        'cluster' as unit,
        clusters.sum_u,
        clusters.sum_u2,
    from {{ ref('est_comparison_clusters') }} as clusters
    inner join {{ ref('est_comparisons') }} as comparisons using (pair_id)
),

stratum_sums as (
    select * from of_one_person
    union all
    select * from clusters
),

variances as (
    {{ variance_over_strata(
        'stratum_sums', 'pair_id', ref('est_comparison_strata'),
        'scheme_code, wave_code, compared_wave_code'
    ) }}
)

select * from variances
order by all
