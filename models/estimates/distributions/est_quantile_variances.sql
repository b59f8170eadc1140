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
    select
        outcomes.quantile_id,
        cells.scheme_code,
        cells.wave_code,
        cells.stratum,
        'respondent' as unit,
        sum({{ cell_sum_u('cells.factor', 'cells.sum_d', 'outcomes.sum_de', 'outcomes.fit') }})
            as sum_u,
        sum({{ cell_sum_u2(
            'cells.factor', 'cells.sum_d2', 'outcomes.sum_d2e', 'outcomes.sum_d2ee',
            'outcomes.fit'
        ) }}) as sum_u2,
    from outcomes
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    group by all
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
    select
        quantile_id,
        scheme_code,
        wave_code,
        stratum,
        'cluster' as unit,
        sum(sum_u) as sum_u,
        sum(sum_u * sum_u) as sum_u2,
    from per_cluster
    group by all
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
