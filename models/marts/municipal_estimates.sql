-- The direct figure, and beside it what a model makes of it. Only what is published goes in.
with published as (
    select
        direct.survey_code,
        direct.wave_code,
        direct.weighting_scheme,
        direct.segment_code,
        direct.segment_value,
        direct.question_code,
        direct.statistic,
        direct.option_code,
        direct.estimate,
        direct.se,
        direct.ci_low,
        direct.ci_high,
        direct.n_answers,
        models.n_areas::bigint as n_areas,
        models.model_status,
        flags.label_nl as model_status_label_nl,
        flags.label_en as model_status_label_en,
        round(models.shrinkage, 2) as shrinkage,
        {% for column in [
            'model_estimate', 'model_se', 'model_ci_low', 'model_ci_high',
            'difference', 'difference_ci_low', 'difference_ci_high',
        ] -%}
            {{ rounded_figure('models.' ~ column, 'direct.kind', '1e9') }} + 0 as {{ column }},
        {% endfor -%}
        direct.segment_label_nl,
        direct.segment_label_en,
        direct.question_label_nl,
        direct.question_label_en,
        direct.label_nl,
        direct.label_en,
        direct.sort_order,
    from {{ ref('area_models') }} as models
    inner join {{ ref('area_figures') }} as direct
        on
            models.survey_code = direct.survey_code
            and models.wave_code = direct.wave_code
            and models.segment_code = direct.segment_code
            and models.segment_value = direct.segment_value
            and models.question_code = direct.question_code
            and models.statistic = direct.statistic
            and models.option_code is not distinct from direct.option_code
    left join {{ ref('flags') }} as flags
        on models.model_status = flags.flag_code and flags.kind = 'area_model'
),

-- Of the interval as it is published: an end that rounds to 0 holds it.
judged as (
    select
        *,
        case
            when difference_ci_low > 0 then 'higher'
            when difference_ci_high < 0 then 'lower'
            when difference is not null then 'not_demonstrable'
        end as difference_verdict,
    from published
)

select * from judged
order by sort_order
