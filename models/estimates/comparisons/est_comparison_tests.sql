{%- set family = 'comparison_kind, wave_code, scheme_code, segment_code, topic' -%}
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
        count(*) filter (where shared.is_in_domain)
        - count(distinct shared.stratum) filter (where shared.is_in_domain) - 1 as df,
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
),

tested as (
    select
        *,
        {{ t_bound('difference', 'se', 'df', -1) }} as ci_low,
        {{ t_bound('difference', 'se', 'df', 1) }} as ci_high,
        {{ t_test('difference', 'se', 'df') }} as p_value,
        {{ t_bound('difference', 'se_clustered', 'df_clustered', -1) }} as ci_low_clustered,
        {{ t_bound('difference', 'se_clustered', 'df_clustered', 1) }} as ci_high_clustered,
        {{ t_test('difference', 'se_clustered', 'df_clustered') }} as p_value_clustered,
    from with_main
),

-- Withheld pairs are outside the family: nobody sees their test.
in_family as (
    select
        *,
        if(withheld_reason is null, p_value, null) as p_seen,
        if(withheld_reason is null, p_value_clustered, null) as p_seen_clustered,
    from tested
),

ranked as (
    select
        *,
        {{ family_rank('p_seen', family) }} as p_rank,
        {{ family_rank('p_seen_clustered', family) }} as p_rank_clustered,
        count(p_seen) over (partition by {{ family }}) as n_family,
        count(p_seen_clustered) over (partition by {{ family }}) as n_family_clustered,
    from in_family
),

adjusted as (
    select
        *,
        {{ benjamini_hochberg('p_seen', 'p_rank', 'n_family', family) }} as p_adjusted,
        {{ benjamini_hochberg(
            'p_seen_clustered', 'p_rank_clustered', 'n_family_clustered', family
        ) }} as p_adjusted_clustered,
    from ranked
),

judged as (
    select
        * exclude (
            p_seen, p_seen_clustered, p_rank, p_rank_clustered, n_family, n_family_clustered,
            p_adjusted, p_adjusted_clustered
        ),
        if(p_seen is null, null, p_adjusted) as p_adjusted,
        if(p_seen_clustered is null, null, p_adjusted_clustered) as p_adjusted_clustered,
        coalesce(p_seen is not null and p_adjusted < {{ threshold('significance_level') }}, false)
            as is_significant,
        coalesce(
            p_seen_clustered is not null
            and p_adjusted_clustered < {{ threshold('significance_level') }},
            false
        ) as is_significant_clustered,
    from adjusted
)

select * from judged
order by pair_id
