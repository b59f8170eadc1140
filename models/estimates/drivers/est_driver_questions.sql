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
        outcomes.n_drivers,
    from {{ ref('driver_models') }} as models
    inner join outcomes using (survey_code, driver_model_code)
)

select * from placed
order by all
