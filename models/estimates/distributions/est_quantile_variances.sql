-- Of F(q), the share of answers up to the quantile: errors of its answers add up; their squares do
-- not, but y² = y of everybody who gave one of them.
with summed as (
    select
        quantiles.quantile_id,
        quantiles.domain_id,
        quantiles.question_code,
        quantiles.sum_w,
        quantiles.cumulative_share,
        influence.cell_id,
        sum(influence.sum_de) as sum_de,
        sum(influence.sum_d2e) as sum_d2e,
        sum(influence.fit) as fit,
    from {{ ref('est_quantile_places') }} as quantiles
    inner join {{ ref('est_cumulative_shares') }} as shares
        on
            quantiles.domain_id = shares.domain_id
            and quantiles.question_code = shares.question_code
            and quantiles.value_to >= shares.value_to
    inner join {{ ref('est_influence') }} as influence using (point_id)
    group by all
),

outcomes as (
    select
        summed.quantile_id,
        summed.cell_id,
        summed.sum_de,
        summed.sum_d2e,
        summed.fit,
        (
            (summed.sum_w * summed.sum_d2e + summed.cumulative_share * bases.sum_d2)
            * (1 - 2 * summed.cumulative_share)
            + power(summed.cumulative_share, 2) * bases.sum_d2
        ) / power(summed.sum_w, 2) as sum_d2ee,
    from summed
    inner join {{ ref('est_base_cells') }} as bases using (domain_id, question_code, cell_id)
),

respondents as (
    {{ respondent_sums('outcomes', 'quantile_id') }}
),

per_cluster as (
    select
        quantiles.quantile_id,
        quantiles.scheme_code,
        quantiles.wave_code,
        influence.stratum,
        influence.cluster_code,
        sum(influence.sum_u) as sum_u,
    from {{ ref('est_quantile_places') }} as quantiles
    inner join {{ ref('est_cumulative_shares') }} as shares
        on
            quantiles.domain_id = shares.domain_id
            and quantiles.question_code = shares.question_code
            and quantiles.value_to >= shares.value_to
    inner join {{ ref('weighting_schemes') }} as schemes
        on quantiles.scheme_code = schemes.scheme_code
    inner join {{ ref('est_cluster_influence') }} as influence using (point_id)
    where schemes.inference_unit = 'cluster'
    group by all
),

clusters as (
    {{ cluster_sums('per_cluster', 'quantile_id') }}
),

stratum_sums as (
    select * from respondents
    union all
    select * from clusters
),

variances as (
    {{ variance_over_strata('stratum_sums', 'quantile_id', ref('est_strata')) }}
)

select * from variances
order by all
