{{ config(materialized='view') }}

with variances as (
    {{ variance_per_unit(ref('est_comparison_variances'), 'pair_id') }}
),

overlapping as (
    select
        pair_id,
        sum(n_both) as n_both,
    from (
        select
            pair_id,
            n_both,
        from {{ ref('est_overlaps') }}
        union all
        select
            pair_id,
            n_both,
        from {{ ref('est_panel_products') }}
    )
    group by pair_id
),

-- A side with one cluster has no spread between clusters: nothing is tested then. The clusters and
-- strata of both sides together count.
clusters as (
    select
        comparisons.pair_id,
        any_value(variances.cluster_variance) as cluster_variance,
        sum(shared.n_in_domain)::bigint
        - count(*) filter (where shared.n_in_domain > 0) - 1 as df,
    from {{ ref('est_comparisons') }} as comparisons
    inner join variances using (pair_id)
    inner join {{ ref('est_comparison_clusters') }} as shared using (pair_id)
    where comparisons.min_clusters >= 2
    group by comparisons.pair_id
    having df >= 1
),

with_errors as (
    select
        comparisons.*,
        schemes.inference_unit,
        measures.topic,
        coalesce(a.withheld_reason, b.withheld_reason) as withheld_reason,
        {{ standard_error('variances.respondent_variance', 'comparisons.simple_variance') }}
            as se_respondent,
        {{ standard_error('clusters.cluster_variance', 'comparisons.simple_variance') }}
            as se_clustered,
        comparisons.n_a + comparisons.n_b - coalesce(overlapping.n_both, 0)
        - comparisons.n_strata - 1 as df_respondent,
        clusters.df as df_clustered,
    from {{ ref('est_comparisons') }} as comparisons
    inner join variances using (pair_id)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('est_suppression') }} as a on comparisons.point_id_a = a.point_id
    inner join {{ ref('est_suppression') }} as b on comparisons.point_id_b = b.point_id
    left join overlapping using (pair_id)
    left join clusters using (pair_id)
),

with_main as (
    select
        * exclude (se_respondent, df_respondent),
        if(inference_unit = 'cluster', se_clustered, se_respondent) as se,
        if(inference_unit = 'cluster', df_clustered, df_respondent) as df,
    from with_errors
)

select * from with_main
