{#- A verdict never contradicts its norm, an interval that holds the norm is undecided, and beside
    a withheld figure nothing stands but the reason. -#}
{% test verdicts_follow_the_norm(model) %}
    select *
    from {{ model }}
    where
        (verdict in ('met', 'not_met') and norm > ci_low and norm < ci_high)
        or (
            verdict = 'met'
            and if(direction = 'higher_is_better', value < norm, value > norm)
        )
        or (
            verdict = 'not_met'
            and if(direction = 'higher_is_better', value >= norm, value <= norm)
        )
        or (value is not null and norm is not null and verdict is null)
        or (
            is_withheld and coalesce(
                value, ci_low, ci_high, n_observations, previous_value, difference,
                difference_ci_low, difference_ci_high
            ) is not null
        )
        or (is_withheld and coalesce(verdict, trend) is not null)
        or (is_withheld and (withheld_label_nl is null or withheld_label_en is null))
{% endtest %}
