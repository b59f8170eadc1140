{#- How certain a published difference is, from what is published of it, so that a reader who looks
    at the interval never sees another verdict: none as long as the interval holds 0 or, against
    everybody, the group's own interval holds the figure of everybody. -#}
{% macro verdict(difference, ci_low, ci_high, is_significant, is_disputed='false') -%}
    case
        when {{ difference }} is null or {{ ci_low }} is null or {{ ci_high }} is null then null
        when ({{ ci_low }} <= 0 and {{ ci_high }} >= 0) or {{ is_disputed }}
            then 'no_demonstrable_difference'
        when {{ is_significant }} then 'certain_difference'
        else 'indication'
    end
{%- endmacro %}


{#- The least difference between this figure and one as precise as it (the next wave, another group
    of the same size) that a test finds with the declared power. Null for a known figure.
    Source: Cohen (1988), Statistical Power Analysis, ch. 2, with the standard error of the design. -#}
{% macro detectable_difference(se, df) -%}
    case
        when {{ se }} > 0 and {{ df }} >= 1 then (
            t_quantile(1 - {{ threshold('significance_level') }} / 2, greatest({{ df }}, 1))
            + t_quantile({{ threshold('detection_power') }}, greatest({{ df }}, 1))
        ) * sqrt(2) * {{ se }}
    end
{%- endmacro %}


{#- Answers that the interval of a share would take to be target_margin wide either way, with the
    spread and design effect that it has. -#}
{% macro n_for_margin(share, deff) -%}
    case
        when {{ share }} > 0 and {{ share }} < 1 and {{ deff }} > 0 then
            1 + power(normal_quantile((1 + {{ threshold('confidence_level') }}) / 2), 2)
            * {{ deff }} * {{ share }} * (1 - {{ share }})
            / power({{ threshold('target_margin') }}, 2)
    end
{%- endmacro %}


{#- The base at which the interval just reaches the threshold, were the figure the same: its width
    goes with one over the root of the base. The end on the side of the threshold counts. -#}
{% macro n_at_threshold() -%}
    n_answers * power(
        if(estimate > threshold, estimate - ci_low, ci_high - estimate)
        / nullif(estimate - threshold, 0),
        2
    )
{%- endmacro %}


{#- Whether what still supports on this part of every base is enough, some of it core. -#}
{% macro evidence_is_left(part) -%}
    (
        len(list_filter(counted.support, lambda s: s.falls_at < {{ part }})) >= mart.min_evidence
        and len(
            list_filter(counted.support, lambda s: s.is_core and s.falls_at < {{ part }})
        ) > 0
    )
{%- endmacro %}
