with engine as (
    select
        *,
        withheld_reason is not null as is_withheld,
    from {{ ref('released_drivers') }}
),

published as (
    select
        engine.survey_code,
        engine.wave_code,
        engine.scheme_code as weighting_scheme,
        engine.segment_code,
        engine.segment_value,
        engine.driver_model_code,
        engine.outcome_question_code,
        engine.question_code,
        questions.topic,
        questions.channel_code,
        questions.aspect,
        {{ published_quantity('engine.importance', 'coefficient') }} as importance,
        {{ published_quantity('engine.importance_share', 'coefficient') }} as importance_share,
        {{ published_quantity('engine.share_ci_low', 'coefficient') }} as importance_share_ci_low,
        {{ published_quantity('engine.share_ci_high', 'coefficient') }} as importance_share_ci_high,
        {{ rounded('engine.equal_share', 'coefficient') }} as equal_share,
        {{ published_quantity('engine.correlation', 'coefficient') }} as correlation,
        {{ published_quantity('engine.r_squared', 'coefficient') }} as r_squared,
        if(engine.is_withheld, null, engine.n_answers)::bigint as n_answers,
        {{ rounded_figure('engine.mean_score', "'mean'", 'engine.n_mean_score') }}
            as mean_score,
        {{ rounded_figure('engine.mean_score_ci_low', "'mean'", 'engine.n_mean_score') }}
            as mean_score_ci_low,
        {{ rounded_figure('engine.mean_score_ci_high', "'mean'", 'engine.n_mean_score') }}
            as mean_score_ci_high,
        engine.unsatisfied_statistic,
        {{ rounded_figure('engine.share_unsatisfied', "'range'", 'engine.n_unsatisfied') }}
            as share_unsatisfied,
        {{ rounded_figure('engine.share_unsatisfied_ci_low', "'range'", 'engine.n_unsatisfied') }}
            as share_unsatisfied_ci_low,
        {{ rounded_figure('engine.share_unsatisfied_ci_high', "'range'", 'engine.n_unsatisfied') }}
            as share_unsatisfied_ci_high,
        -- The average and a gap give the share: no more digits of one than of the other.
        {{ rounded_figure('engine.average_unsatisfied', "'range'", 'engine.least_n_unsatisfied') }}
            as average_unsatisfied,
        if(
            engine.is_withheld, null,
            {{ rounded_figure('engine.unsatisfied_gap', "'range'", 'engine.least_n_unsatisfied') }}
        ) as unsatisfied_gap,
        if(
            engine.is_withheld, null,
            {{ rounded_figure('engine.gap_ci_low', "'range'", 'engine.least_n_unsatisfied') }}
        ) as unsatisfied_gap_ci_low,
        if(
            engine.is_withheld, null,
            {{ rounded_figure('engine.gap_ci_high', "'range'", 'engine.least_n_unsatisfied') }}
        ) as unsatisfied_gap_ci_high,
        -- Samples know a chance to a hundredth.
        {{ published_quantity('engine.first_probability', 'share_small_base') }}
            as first_probability,
        engine.quadrant_code,
        quadrants.label_nl as quadrant_label_nl,
        quadrants.label_en as quadrant_label_en,
        engine.is_withheld,
        engine.withheld_reason,
        reasons.label_nl as withheld_label_nl,
        reasons.label_en as withheld_label_en,
        models.label_nl as driver_model_label_nl,
        models.label_en as driver_model_label_en,
        segment_labels.label_nl as segment_label_nl,
        segment_labels.label_en as segment_label_en,
        questions.label_nl as question_label_nl,
        questions.label_en as question_label_en,
        schemes.is_default as is_default_scheme,
        row_number() over (
            order by
                engine.survey_code, engine.wave_code, schemes.sort_order,
                segment_labels.sort_order, models.sort_order
        ) as sort_order,
    from engine
    inner join {{ ref('driver_models') }} as models
        on
            engine.survey_code = models.survey_code
            and engine.driver_model_code = models.driver_model_code
            and engine.question_code = models.driver_question_code
    inner join {{ ref('questions') }} as questions
        on
            engine.survey_code = questions.survey_code
            and engine.question_code = questions.question_code
    inner join {{ ref('weighting_schemes') }} as schemes
        on
            engine.survey_code = schemes.survey_code
            and engine.scheme_code = schemes.scheme_code
    inner join {{ ref('dim_segments') }} as segment_labels
        on
            engine.survey_code = segment_labels.survey_code
            and engine.segment_code = segment_labels.segment_code
            and engine.segment_value = segment_labels.segment_value
            and segment_labels.second_segment_value is null
    left join {{ ref('flags') }} as reasons on engine.withheld_reason = reasons.flag_code
    left join {{ ref('flags') }} as quadrants on engine.quadrant_code = quadrants.flag_code
)

select * from published
order by sort_order
