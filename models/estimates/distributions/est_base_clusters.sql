with clustered as (
    select coefficients.*
    from {{ ref('est_base_coefficients') }} as coefficients
    inner join {{ ref('est_places') }} as places using (domain_id)
    inner join {{ ref('weighting_schemes') }} as schemes
        on places.scheme_code = schemes.scheme_code
    where schemes.inference_unit = 'cluster'
),

bases as (
    select distinct
        domain_id,
        question_code,
        measure_id,
    from clustered
),

answered as (
    select
        bases.domain_id,
        bases.question_code,
        domain.stratum,
        domain.cluster_code,
        domain.sum_w,
    from bases
    inner join {{ ref('est_domain_clusters') }} as domain using (domain_id, measure_id)
),

fitted as (
    select
        coefficients.domain_id,
        coefficients.question_code,
        levels.stratum,
        levels.cluster_code,
        sum(coefficients.coefficient * levels.sum_w) as sum_w_fit,
    from (select distinct * from clustered) as coefficients
    inner join {{ ref('est_cluster_levels') }} as levels
        using (scheme_code, wave_code, group_value, attribute_code, level_code)
    group by all
),

joined as (
    select
        domain_id,
        question_code,
        stratum,
        cluster_code,
        coalesce(answered.sum_w, 0) - coalesce(fitted.sum_w_fit, 0) as sum_u,
    from answered
    full join fitted using (domain_id, question_code, stratum, cluster_code)
)

select * from joined
order by all
