-- Of schemes that weight to numbers of people: shares as targets say how many nobody knows.
with counting as (
    select
        diagnostics.scheme_code,
        diagnostics.wave_code,
    from {{ ref('wgt_weighting_diagnostics') }} as diagnostics
    semi join {{ ref('weighting_variables') }} using (scheme_code)
    group by diagnostics.scheme_code, diagnostics.wave_code
    having count(diagnostics.margin_flag) = 0
),

variances as (
    {{ variance_per_unit(ref('est_resident_variances'), 'point_id') }}
),

counted as (
    select
        points.point_id,
        points.sum_w * points.estimate as residents,
        {{ standard_error(
            "if(estimates.inference_unit = 'cluster', variances.cluster_variance, "
            "variances.respondent_variance)",
            'points.sum_w * points.sum_w / points.n_answers'
        ) }} as se,
        estimates.df,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_estimates') }} as estimates using (point_id)
    inner join variances using (point_id)
    inner join counting
        on
            points.scheme_code = counting.scheme_code
            and points.wave_code = counting.wave_code
),

bounded as (
    select
        *,
        {{ t_bound('residents', 'se', 'df', -1) }} as ci_low,
        {{ t_bound('residents', 'se', 'df', 1) }} as ci_high,
    from counted
)

select * from bounded
order by point_id
