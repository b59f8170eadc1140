with stratum_sums as (
    select
        influence.point_id,
        cells.scheme_code,
        cells.wave_code,
        cells.stratum,
        sum({{ cell_sum_u('cells.factor', 'cells.sum_d', 'influence.sum_de', 'influence.fit') }})
            as sum_u,
        sum({{ cell_sum_u2(
            'cells.factor', 'cells.sum_d2', 'influence.sum_d2e', 'influence.sum_d2ee',
            'influence.fit'
        ) }}) as sum_u2,
    from {{ ref('est_influence') }} as influence
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    group by all
),

variances as (
    select
        stratum_sums.point_id,
        sum({{ stratum_variance(
            'strata.n_respondents', 'stratum_sums.sum_u', 'stratum_sums.sum_u2',
            'stratum_sums.all_u / strata.n_total'
        ) }}) as variance,
    from (
        select
            *,
            sum(sum_u) over (partition by point_id) as all_u,
        from stratum_sums
    ) as stratum_sums
    inner join {{ ref('est_strata') }} as strata using (scheme_code, wave_code, stratum)
    group by stratum_sums.point_id
),

with_errors as (
    select
        points.*,
        measures.kind,
        {{ standard_error('variances.variance', 'greatest(abs(points.estimate), 1e-3)') }} as se,
        {{ design_effect(
            'variances.variance', 'points.n_answers', 'points.sum_w', 'points.sum_wyy',
            'points.estimate'
        ) }} as deff,
    from {{ ref('est_points') }} as points
    inner join variances using (point_id)
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
),

bounded as (
    select
        *,
        case
            when kind = 'mean' then {{ t_bound('estimate', 'se', 'df', -1) }}
            else {{ share_bound('estimate', 'se', 'df', 'n_effective', -1) }}
        end as ci_low,
        case
            when kind = 'mean' then {{ t_bound('estimate', 'se', 'df', 1) }}
            else {{ share_bound('estimate', 'se', 'df', 'n_effective', 1) }}
        end as ci_high,
    from with_errors
),

flagged as (
    select
        *,
        case
            when n_answers < {{ threshold('min_base_n') }} then 'small_base'
            when
                kind != 'mean'
                and least(n_positive, n_answers - n_positive)
                between 1 and {{ threshold('min_cell_n') }} - 1
                then 'small_cell'
        end as withheld_reason,
        case
            when least(n_answers, n_effective) < {{ threshold('min_reliable_n') }} then 'low_base'
            when df < {{ threshold('min_df') }} then 'low_df'
            when
                kind != 'mean' and (
                    ci_high - ci_low >= {{ threshold('max_share_width') }}
                    or ci_high - ci_low
                    > {{ threshold('max_relative_width') }} * least(estimate, 1 - estimate)
                )
                then 'wide_interval'
            when se = 0 and estimate > 0 and estimate < 1 then 'known_margin'
        end as reliability_flag,
    from bounded
)

select * from flagged
order by point_id
