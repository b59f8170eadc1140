{#- Importance adds up to R², its shares and the chances to be first to 1, each within its interval
    where it has one; the gap is that to the average, within its interval; nothing but the reason
    stands in a withheld row. 0.006 leaves room for the rounding of up to ten published drivers to
    3 decimals, 0.06 for that to 2. -#}
{% test drivers_add_up(model) %}
    with summed as (
        select
            *,
            sum(importance) over driver_set as sum_importance,
            sum(importance_share) over driver_set as sum_shares,
            sum(first_probability) over driver_set as sum_first,
        from {{ model }}
        window
            driver_set as (
                partition by
                    survey_code, wave_code, weighting_scheme, segment_code, segment_value,
                    driver_model_code
            )
    )

    select summed.*
    from summed
    inner join {{ ref('surveys') }} as surveys using (survey_code)
    where
        (
            is_withheld and coalesce(
                importance, importance_share, importance_share_ci_low, importance_share_ci_high,
                correlation, r_squared, n_answers, unsatisfied_gap, unsatisfied_gap_ci_low,
                unsatisfied_gap_ci_high, first_probability
            ) is not null
        )
        or (is_withheld and (quadrant_code is not null or withheld_label_nl is null))
        or (
            not is_withheld and not coalesce(
                abs(sum_importance - r_squared) < 0.006
                and abs(sum_shares - 1) < 0.006
                and importance >= 0
                and coalesce(first_probability between 0 and 1, true)
                and coalesce(abs(sum_first - 1) < 0.06, true)
                and (first_probability is null or unsatisfied_gap is not null)
                and coalesce(importance_share >= importance_share_ci_low, true)
                and coalesce(importance_share <= importance_share_ci_high, true)
                and (importance_share_ci_low is null) = (importance_share_ci_high is null)
                and (unsatisfied_gap is null) = (average_unsatisfied is null)
                and coalesce(
                    abs(unsatisfied_gap - share_unsatisfied + average_unsatisfied) < 0.006, true
                )
                and coalesce(unsatisfied_gap >= unsatisfied_gap_ci_low, true)
                and coalesce(unsatisfied_gap <= unsatisfied_gap_ci_high, true)
                and (unsatisfied_gap_ci_low is null) = (unsatisfied_gap_ci_high is null)
                and quadrant_label_nl is not null,
                false
            )
        )
        or (not is_withheld and n_answers < surveys.min_base_n)
{% endtest %}
