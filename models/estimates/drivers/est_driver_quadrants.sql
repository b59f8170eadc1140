with judged as (
    select
        importances.* exclude (withheld_reason),
        questions.question_code,
        questions.n_drivers,
        1 / questions.n_drivers as equal_share,
        case
            when importances.n_answers < surveys.min_base_n then 'small_base'
            else importances.withheld_reason
        end as withheld_reason,
    from {{ ref('est_driver_importance') }} as importances
    inner join {{ ref('est_driver_questions') }} as questions
        using (survey_code, driver_model_code, position)
    inner join {{ ref('surveys') }} as surveys using (survey_code)
),

shown as (
    select
        estimates.*,
        measures.question_code,
        measures.statistic,
    from {{ ref('est_estimates') }} as estimates
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('est_suppression') }} as suppression using (point_id)
    where suppression.withheld_reason is null
),

satisfied as (
    select
        judged.*,
        models.outcome_question_code,
        models.unsatisfied_statistic,
        means.estimate as mean_score,
        means.n_answers as n_mean_score,
        means.ci_low as mean_score_ci_low,
        means.ci_high as mean_score_ci_high,
        unsatisfied.estimate as share_unsatisfied,
        unsatisfied.n_answers as n_unsatisfied,
        unsatisfied.ci_low as share_unsatisfied_ci_low,
        unsatisfied.ci_high as share_unsatisfied_ci_high,
    from judged
    inner join {{ ref('driver_models') }} as models
        on
            judged.survey_code = models.survey_code
            and judged.driver_model_code = models.driver_model_code
            and judged.question_code = models.driver_question_code
    {% for side, statistic in [
        ('means', "'mean'"), ('unsatisfied', 'models.unsatisfied_statistic')
    ] %}
        left join shown as {{ side }}
            on
                judged.survey_code = {{ side }}.survey_code
                and judged.wave_code = {{ side }}.wave_code
                and judged.scheme_code = {{ side }}.scheme_code
                and judged.segment_code = {{ side }}.segment_code
                and judged.segment_value = {{ side }}.segment_value
                and judged.question_code = {{ side }}.question_code
                and {{ side }}.statistic = {{ statistic }}
    {% endfor %}
),

-- With a driver withheld the average would give it away, and a part of the drivers is no average.
averaged as (
    select
        *,
        if(
            count(share_unsatisfied) over driver_set = n_drivers,
            avg(share_unsatisfied) over driver_set,
            null
        ) as average_unsatisfied,
        min(n_unsatisfied) over driver_set as least_n_unsatisfied,
        {{ rounded('equal_share', 'coefficient') }} as even_share,
    from satisfied
    window
        driver_set as (
            partition by
                survey_code, wave_code, scheme_code, segment_code, segment_value,
                driver_model_code
        )
),

compared as (
    select
        * exclude (unsatisfied_gap, gap_se, gap_ci_low, gap_ci_high, first_probability, even_share),
        {% for column in [
            'unsatisfied_gap', 'gap_se', 'gap_ci_low', 'gap_ci_high', 'first_probability'
        ] -%}
            if(average_unsatisfied is null, null, {{ column }}) as {{ column }},
        {% endfor -%}
        case
            when {{ rounded('share_ci_low', 'coefficient') }} > even_share then 'important'
            when {{ rounded('share_ci_high', 'coefficient') }} < even_share then 'unimportant'
        end as importance_side,
        case
            when average_unsatisfied is null then null
            when {{ rounded_figure('gap_ci_low', "'range'", 'least_n_unsatisfied') }} > 0
                then 'unsatisfied'
            when {{ rounded_figure('gap_ci_high', "'range'", 'least_n_unsatisfied') }} < 0
                then 'satisfied'
        end as satisfaction_side,
    from averaged
),

decided as (
    select
        *,
        case
            when withheld_reason is not null then null
            when importance_side is null or satisfaction_side is null then 'unclear'
            when importance_side = 'important' and satisfaction_side = 'unsatisfied'
                then 'improve_first'
            when importance_side = 'important' then 'keep_up'
            when satisfaction_side = 'unsatisfied' then 'low_priority'
            else 'no_action'
        end as quadrant_code,
    from compared
)

select * from decided
order by all
