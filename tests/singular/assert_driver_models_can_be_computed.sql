-- A driver model has one outcome and one label; its questions are reported numbers that are not
-- each other, and every driver's share of dissatisfied people exists on its scale.
with models as (
    select
        *,
        count(distinct concat_ws('|', outcome_question_code, label_nl, label_en)) over (
            partition by survey_code, driver_model_code
        ) as n_outcomes,
    from {{ ref('driver_models') }}
)

select models.*
from models
inner join {{ ref('questions') }} as outcomes
    on models.outcome_question_code = outcomes.question_code
inner join {{ ref('questions') }} as drivers
    on models.driver_question_code = drivers.question_code
inner join {{ ref('scales') }} as outcome_scales
    on outcomes.scale_code = outcome_scales.scale_code
inner join {{ ref('scales') }} as driver_scales
    on drivers.scale_code = driver_scales.scale_code
left join {{ ref('scale_statistics') }} as statistics
    on
        drivers.scale_code = statistics.scale_code
        and models.unsatisfied_statistic = statistics.statistic
where
    models.n_outcomes > 1
    or models.driver_question_code = models.outcome_question_code
    or outcomes.survey_code != models.survey_code
    or drivers.survey_code != models.survey_code
    or not outcomes.is_reported
    or not drivers.is_reported
    or outcome_scales.kind != 'number'
    or driver_scales.kind != 'number'
    or coalesce(statistics.kind, '') != 'range'
