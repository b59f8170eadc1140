{%- set family = 'scheme_code, segment_code, topic' -%}
with variances as (
    {{ variance_per_unit(ref('est_trend_variances'), 'trend_id') }}
),

figures as (
    select
        trends.trend_id,
        sum(trends.coefficient * points.estimate) as slope,
        sum(trends.coefficient * trends.coefficient * points.simple_variance) as simple_variance,
        sum(points.n_answers) as n_answers,
        max(points.n_answers) as max_n_answers,
        min(points.n_answers) as min_n_answers,
        sum(len(points.strata)) as n_wave_strata,
        len(list_distinct(flatten(list(points.strata)))) as n_strata,
        min(points.n_clusters) as min_clusters,
    from {{ ref('est_trend_points') }} as trends
    inner join {{ ref('est_points') }} as points using (point_id)
    group by trends.trend_id
),

panels as (
    select
        trend_id,
        sum(n_both) as n_both,
    from {{ ref('est_trend_panels') }}
    group by trend_id
),

-- A wave with one cluster has no spread between clusters.
clusters as (
    select
        trend_id,
        sum(n_in_domain) - count(*) filter (where n_in_domain > 0) - 1 as df,
    from {{ ref('est_trend_clusters') }}
    group by trend_id
),

with_errors as (
    select
        lines.*,
        figures.slope,
        figures.min_n_answers,
        measures.topic,
        schemes.inference_unit,
        {{ standard_error('variances.respondent_variance', 'figures.simple_variance') }}
            as se_respondent,
        -- Of a panel at least so many different people answered.
        if(
            panels.trend_id is null,
            figures.n_answers - figures.n_wave_strata,
            greatest(figures.n_answers - panels.n_both, figures.max_n_answers) - figures.n_strata
        ) - 1 as df_respondent,
        if(
            figures.min_clusters >= 2 and clusters.df >= 1,
            {{ standard_error('variances.cluster_variance', 'figures.simple_variance') }},
            null
        ) as se_clustered,
        if(figures.min_clusters >= 2 and clusters.df >= 1, clusters.df, null) as df_clustered,
    from {{ ref('est_trend_lines') }} as lines
    inner join figures using (trend_id)
    inner join variances using (trend_id)
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    left join panels using (trend_id)
    left join clusters using (trend_id)
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
        {{ t_bound('slope', 'se', 'df', -1) }} as ci_low,
        {{ t_bound('slope', 'se', 'df', 1) }} as ci_high,
        {{ t_test('slope', 'se', 'df') }} as p_value,
        {{ t_bound('slope', 'se_clustered', 'df_clustered', -1) }} as ci_low_clustered,
        {{ t_bound('slope', 'se_clustered', 'df_clustered', 1) }} as ci_high_clustered,
        {{ t_test('slope', 'se_clustered', 'df_clustered') }} as p_value_clustered,
    from with_main
),

adjusted as (
    {{ with_adjusted_p('tested', family, {'p_value': 'p_adjusted'}) }}
)

select * from adjusted
order by trend_id
