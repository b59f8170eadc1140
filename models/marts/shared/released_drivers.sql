-- Who holds the release before must not get the answers of the few who came since: satisfaction
-- with a driver is the figure that stands in estimates, and what is made of it follows.
with standing as (
    select *
    from {{ ref('estimates') }}
    where is_from_earlier_release and second_segment_value is null and option_code is null
),

drivers as (
    select
        engine.*,
        means.estimate as standing_mean,
        means.ci_low as standing_mean_low,
        means.ci_high as standing_mean_high,
        shares.estimate as standing_share,
        shares.ci_low as standing_share_low,
        shares.ci_high as standing_share_high,
        bool_or(shares.estimate is not null) over driver_set as has_standing,
        avg(coalesce(shares.estimate, engine.share_unsatisfied)) over driver_set
            as standing_average,
    from {{ ref('est_driver_quadrants') }} as engine
    {% for side, statistic in [('means', "'mean'"), ('shares', 'engine.unsatisfied_statistic')] %}
        left join standing as {{ side }}
            on
                engine.survey_code = {{ side }}.survey_code
                and engine.wave_code = {{ side }}.wave_code
                and engine.scheme_code = {{ side }}.weighting_scheme
                and engine.segment_code = {{ side }}.segment_code
                and engine.segment_value = {{ side }}.segment_value
                and engine.question_code = {{ side }}.question_code
                and {{ side }}.statistic = {{ statistic }}
    {% endfor %}
    window
        driver_set as (
            partition by
                engine.survey_code, engine.wave_code, engine.scheme_code, engine.segment_code,
                engine.segment_value, engine.driver_model_code
        )
),

moved as (
    select
        *,
        coalesce(standing_share, share_unsatisfied) - standing_average - unsatisfied_gap as step,
    from drivers
),

replaced as (
    select
        * exclude (
            standing_mean, standing_mean_low, standing_mean_high, standing_share,
            standing_share_low, standing_share_high, has_standing, standing_average, step
        ) replace (
            coalesce(standing_mean, mean_score) as mean_score,
            coalesce(standing_mean_low, mean_score_ci_low) as mean_score_ci_low,
            coalesce(standing_mean_high, mean_score_ci_high) as mean_score_ci_high,
            coalesce(standing_share, share_unsatisfied) as share_unsatisfied,
            coalesce(standing_share_low, share_unsatisfied_ci_low) as share_unsatisfied_ci_low,
            coalesce(standing_share_high, share_unsatisfied_ci_high) as share_unsatisfied_ci_high,
            if(
                has_standing and average_unsatisfied is not null,
                standing_average, average_unsatisfied
            ) as average_unsatisfied,
            unsatisfied_gap + if(has_standing, step, 0) as unsatisfied_gap,
            gap_ci_low + if(has_standing, step, 0) as gap_ci_low,
            gap_ci_high + if(has_standing, step, 0) as gap_ci_high
        ),
    from moved
)

select * from replaced
