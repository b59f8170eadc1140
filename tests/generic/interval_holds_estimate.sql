{#- The interval lies around its estimate, and a share and its interval within 0-1.
    1e-9 leaves room for the rounding of published figures. -#}
{% test interval_holds_estimate(model) %}
    select *
    from {{ model }}
    where
        not is_withheld
        and (
            not estimate between ci_low - 1e-9 and ci_high + 1e-9
            or (statistic not in ('mean', 'net') and not (ci_low >= 0 and ci_high <= 1))
            or estimate is null
        )
{% endtest %}
