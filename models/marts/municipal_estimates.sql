-- The direct figure, and beside it what a model makes of it. Only what is published goes in.
with modelled as (
    select
        models.*,
        kinds.kind,
        flags.label_nl as model_status_label_nl,
        flags.label_en as model_status_label_en,
    from {{ ref('area_models') }} as models
    inner join {{ ref('questions') }} as questions using (survey_code, question_code)
    inner join {{ ref('scale_statistics') }} as kinds
        on questions.scale_code = kinds.scale_code and models.statistic = kinds.statistic
    left join {{ ref('flags') }} as flags
        on models.model_status = flags.flag_code and flags.kind = 'area_model'
),

published as (
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
        modelled.n_areas::bigint as n_areas,
        modelled.model_status,
        modelled.model_status_label_nl,
        modelled.model_status_label_en,
        round(modelled.shrinkage, 2) as shrinkage,
        {% for column in [
            'model_estimate', 'model_se', 'model_ci_low', 'model_ci_high',
            'difference', 'difference_ci_low', 'difference_ci_high',
        ] -%}
            {{ rounded_figure('modelled.' ~ column, 'modelled.kind', '1e9') }} + 0 as {{ column }},
        {% endfor -%}
        direct.segment_label_nl,
        direct.segment_label_en,
        direct.question_label_nl,
        direct.question_label_en,
        coalesce(direct.option_label_nl, direct.statistic_label_nl) as label_nl,
        coalesce(direct.option_label_en, direct.statistic_label_en) as label_en,
        row_number() over (order by direct.sort_order) as sort_order,
    from modelled
    inner join {{ ref('estimates') }} as direct
        on
            modelled.survey_code = direct.survey_code
            and modelled.wave_code = direct.wave_code
            and modelled.segment_code = direct.segment_code
            and modelled.segment_value = direct.segment_value
            and modelled.question_code = direct.question_code
            and modelled.statistic = direct.statistic
            and modelled.option_code is not distinct from direct.option_code
            and direct.is_default_scheme
            and direct.second_segment_value is null
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
