with variances as (
    {{ variance_per_unit(ref('est_variances'), 'point_id') }}
),

-- One cluster has no spread between clusters: it would look like a known figure.
designs as (
    select
        points.point_id,
        variances.respondent_variance,
        if(points.n_clusters > points.n_strata, variances.cluster_variance, null)
            as cluster_variance,
    from {{ ref('est_points') }} as points
    inner join variances using (point_id)
),

sampled as (
    select
        scheme_code,
        wave_code,
        sum(n_respondents) as n_respondents,
    from {{ ref('est_cells') }}
    group by scheme_code, wave_code
),

-- A share of 0 or 1 has no design effect of its own; that of everybody stands in for it.
everybody as (
    select
        points.scheme_code,
        points.wave_code,
        points.measure_id,
        max({{ design_effect(
            'designs.cluster_variance', 'points.n_answers', 'points.simple_variance'
        ) }}) as deff_clustered,
    from {{ ref('est_points') }} as points
    inner join designs using (point_id)
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    where segments.is_total
    group by points.scheme_code, points.wave_code, points.measure_id
),

with_variances as (
    select
        points.*,
        measures.kind,
        measures.kind in ('range', 'option') as is_share,
        schemes.interval_method,
        -- R keeps respondents outside the domain in a calibrated design, and counts them.
        if(
            schemes.variance_method = 'calibrated', sampled.n_respondents, points.n_answers
        ) as n_design,
        designs.cluster_variance,
        if(
            schemes.inference_unit = 'cluster',
            designs.cluster_variance, designs.respondent_variance
        ) as variance,
        points.n_answers - points.n_strata as respondent_df,
        if(
            designs.cluster_variance is null, null, points.n_clusters - points.n_strata
        ) as df_clustered,
        -- Without one each cluster is worth no more than one answer.
        least(
            points.n_effective,
            coalesce(
                points.n_answers / nullif(everybody.deff_clustered, 0), points.n_clusters
            )
        ) as n_effective_clustered,
        schemes.inference_unit,
    from {{ ref('est_points') }} as points
    inner join designs using (point_id)
    inner join sampled using (scheme_code, wave_code)
    inner join {{ ref('est_figure_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    left join everybody using (scheme_code, wave_code, measure_id)
),

with_errors as (
    select
        *,
        if(inference_unit = 'cluster', df_clustered, respondent_df) as df,
        if(inference_unit = 'cluster', n_effective_clustered, n_effective) as n_exact,
        {{ standard_error('variance', 'simple_variance') }} as se,
        {{ standard_error('cluster_variance', 'simple_variance') }} as se_clustered,
        {{ design_effect('variance', 'n_answers', 'simple_variance') }} as deff,
    from with_variances
),

bounded as (
    select
        *,
        {{ bound('is_share', 'interval_method', 'estimate', 'se', 'df', 'n_exact',
            'n_design', -1) }} as ci_low,
        {{ bound('is_share', 'interval_method', 'estimate', 'se', 'df', 'n_exact',
            'n_design', 1) }} as ci_high,
        {{ bound('is_share', 'interval_method', 'estimate', 'se_clustered', 'df_clustered',
            'n_effective_clustered', 'n_design', -1) }} as ci_low_clustered,
        {{ bound('is_share', 'interval_method', 'estimate', 'se_clustered', 'df_clustered',
            'n_effective_clustered', 'n_design', 1) }} as ci_high_clustered,
    from with_errors
),

flagged as (
    select
        * exclude (
            variance, cluster_variance, respondent_df, n_design, n_exact, n_effective_clustered
        ),
        {{ reliability_flag() }} as reliability_flag,
    from bounded
)

select * from flagged
order by point_id
