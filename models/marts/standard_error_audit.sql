with audited as (
    select
        estimates.*,
        bootstrap.se_bootstrap,
        bootstrap.n_replicates,
        bootstrap.se_bootstrap / nullif(estimates.se, 0) as ratio,
        -- The standard error of a standard error from R replicates is about 1 / sqrt(2 (R - 1)).
        1 / sqrt(2 * greatest(bootstrap.n_replicates - 1, 1)) as noise,
    from {{ ref('est_bootstrap') }} as bootstrap
    inner join {{ ref('est_estimates') }} as estimates using (point_id)
    inner join {{ ref('est_suppression') }} as suppression using (point_id)
    where
        suppression.withheld_reason is null
        and bootstrap.n_replicates > 1
        -- The bootstrap of n people is too small by about (n - 1) / n, and a handful cannot be
        -- raked anew: it says nothing of a base that is flagged low_base anyway.
        and least(estimates.n_answers, estimates.n_effective) >= {{ threshold('min_reliable_n') }}
),

-- A figure that stands from the release before is not the one that was drawn again.
standing as (
    select *
    from {{ ref('estimates') }}
    where is_from_earlier_release
),

published as (
    select
        audited.survey_code,
        audited.wave_code,
        audited.scheme_code as weighting_scheme,
        audited.segment_code,
        audited.segment_value,
        audited.second_segment_value,
        measures.question_code,
        measures.statistic,
        measures.option_code,
        {{ rounded_figure('audited.se', 'measures.kind', 'audited.n_answers') }} as se,
        {{ rounded_figure('audited.se_bootstrap', 'measures.kind', 'audited.n_answers') }}
            as se_bootstrap,
        audited.n_replicates,
        {{ rounded('audited.ratio', 'coefficient') }} as ratio,
        {{ rounded('audited.noise', 'coefficient') }} as noise,
        coalesce(
            abs(audited.ratio - 1)
            <= {{ threshold('audit_sds') }} * audited.noise + {{ threshold('audit_margin') }},
            audited.se_bootstrap < 1e-6
        ) as is_within_noise,
        measures.question_label_nl,
        measures.question_label_en,
        coalesce(measures.option_label_nl, measures.statistic_label_nl) as label_nl,
        coalesce(measures.option_label_en, measures.statistic_label_en) as label_en,
        row_number() over (order by audited.point_id) as sort_order,
    from audited
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    anti join standing
        on
            audited.survey_code = standing.survey_code
            and audited.wave_code = standing.wave_code
            and audited.scheme_code = standing.weighting_scheme
            and {{ same_group('audited', 'standing') }}
            and measures.question_code = standing.question_code
            and measures.statistic = standing.statistic
            and measures.option_code is not distinct from standing.option_code
)

select * from published
order by sort_order
