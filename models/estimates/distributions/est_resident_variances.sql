-- N̂ = Σ w y is the share m times the base W, so that its e is W e_m + m e_W, person by person.
with shares as (
    select
        points.*,
        measures.question_code,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_figure_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    where schemes.is_default and measures.kind in ('range', 'option')
),

placed as (
    select
        shares.point_id,
        shares.sum_w,
        shares.estimate,
        bases.*,
        coalesce(influence.sum_de, 0) as sum_de,
        coalesce(influence.sum_d2e, 0) as sum_d2e,
        coalesce(influence.sum_d2ee, 0) as sum_d2ee,
        coalesce(influence.fit, 0) as share_fit,
    from shares
    inner join {{ ref('est_base_cells') }} as bases using (domain_id, question_code)
    left join {{ ref('est_influence') }} as influence using (point_id, cell_id)
),

-- From errors of the share back to those of the total, whose e is the outcome y itself.
outcomes as (
    select
        point_id,
        cell_id,
        sum_w * sum_de + estimate * sum_d as sum_de,
        sum_w * sum_d2e + estimate * sum_d2 as sum_d2e,
        sum_w * sum_w * sum_d2ee + 2 * estimate * sum_w * sum_d2e + estimate * estimate * sum_d2
            as sum_d2ee,
        sum_w * share_fit + estimate * fit as fit,
    from placed
),

respondents as (
    {{ respondent_sums('outcomes', 'point_id') }}
),

per_cluster as (
    select
        shares.point_id,
        shares.scheme_code,
        shares.wave_code,
        bases.stratum,
        bases.cluster_code,
        shares.sum_w * coalesce(influence.sum_u, 0) + shares.estimate * bases.sum_u as sum_u,
    from shares
    inner join {{ ref('est_base_clusters') }} as bases using (domain_id, question_code)
    left join {{ ref('est_cluster_influence') }} as influence
        using (point_id, stratum, cluster_code)
),

clusters as (
    {{ cluster_sums('per_cluster', 'point_id') }}
),

stratum_sums as (
    select * from respondents
    union all
    select * from clusters
),

variances as (
    {{ variance_over_strata('stratum_sums', 'point_id', ref('est_strata')) }}
)

select * from variances
order by all
