with outcomes as (
    select
        survey_code,
        driver_model_code,
        any_value(outcome_question_code) as question_code,
        count(*) as n_drivers,
    from {{ ref('driver_models') }}
    group by survey_code, driver_model_code
),

placed as (
    select
        survey_code,
        driver_model_code,
        0 as position,
        question_code,
        null as unsatisfied_statistic,
        n_drivers,
    from outcomes
    union all
    select
        models.survey_code,
        models.driver_model_code,
        row_number() over (
            partition by models.survey_code, models.driver_model_code
            order by models.sort_order
        ) as position,
        models.driver_question_code as question_code,
        models.unsatisfied_statistic,
        outcomes.n_drivers,
    from {{ ref('driver_models') }} as models
    inner join outcomes using (survey_code, driver_model_code)
),

ranged as (
    select
        placed.*,
        measures.value_from as unsatisfied_from,
        measures.value_to as unsatisfied_to,
    from placed
    left join {{ ref('est_measures') }} as measures
        on
            placed.survey_code = measures.survey_code
            and placed.question_code = measures.question_code
            and placed.unsatisfied_statistic = measures.statistic
)

select * from ranged
order by all
