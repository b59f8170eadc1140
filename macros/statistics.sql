{#- Kish's effective sample size from the sum of weights and of squared weights. -#}
{% macro kish_effective_n(sum_w, sum_w2) -%}
    (({{ sum_w }}) * ({{ sum_w }}) / nullif({{ sum_w2 }}, 0))
{%- endmacro %}


{#- A threshold from the seed, as a scalar subquery. -#}
{% macro threshold(threshold_code) -%}
    (
        select thresholds.value from {{ ref('thresholds') }} as thresholds
        where thresholds.threshold_code = '{{ threshold_code }}'
    )
{%- endmacro %}


{#- Variance of a total within one stratum from Σu and Σu² over n respondents.
    A lonely respondent has no spread of its own: it is centred on the grand mean ("adjust"). -#}
{% macro stratum_variance(n, sum_u, sum_u2, grand_mean_u) -%}
    (
        case
            when {{ n }} > 1
                then
                    {{ n }} / ({{ n }} - 1)
                    * ({{ sum_u2 }} - {{ sum_u }} * {{ sum_u }} / {{ n }})
            else power({{ sum_u }} - {{ grand_mean_u }}, 2)
        end
    )
{%- endmacro %}


{#- A standard error from a variance; rounding noise of a known margin is exactly 0. -#}
{% macro standard_error(variance, scale) -%}
    (
        case
            when {{ variance }} <= 1e-18 * {{ scale }} * {{ scale }} then 0
            else sqrt({{ variance }})
        end
    )
{%- endmacro %}


{#- Design effect: variance over that of a simple random sample of n, with weighted spread. -#}
{% macro design_effect(variance, n, sum_w, sum_wyy, mean) -%}
    (
        {{ variance }} * ({{ n }} - 1)
        / nullif({{ sum_wyy }} / {{ sum_w }} - {{ mean }} * {{ mean }}, 0)
    )
{%- endmacro %}


{#- One side of the interval of a mean, for a share: on the logit scale (R `svyciprop`,
    method "xlogit"), and at 0 or 1 Clopper-Pearson on the effective n. side is -1 or 1. -#}
{% macro share_bound(share, se, df, n_effective, side) -%}
    {%- set tail = '(1 - ' ~ threshold('confidence_level') ~ ') / 2' -%}
    (
        case
            when {{ share }} <= 0 then
                {% if side < 0 -%} 0
                {%- else -%} beta_quantile(1 - {{ tail }}, 1, {{ n_effective }})
                {%- endif %}
            when {{ share }} >= 1 then
                {% if side > 0 -%} 1
                {%- else -%} beta_quantile({{ tail }}, {{ n_effective }}, 1)
                {%- endif %}
            when {{ df }} < 1 then null
            else 1 / (1 + exp(-(
                ln({{ share }} / (1 - {{ share }}))
                + {{ side }} * t_quantile(1 - {{ tail }}, greatest({{ df }}, 1))
                * {{ se }} / ({{ share }} * (1 - {{ share }}))
            )))
        end
    )
{%- endmacro %}


{#- One side of a t interval. side is -1 or 1. -#}
{% macro t_bound(estimate, se, df, side) -%}
    (
        case when {{ df }} >= 1 then
            {{ estimate }} + {{ side }} * {{ se }}
            * t_quantile(
                1 - (1 - {{ threshold('confidence_level') }}) / 2, greatest({{ df }}, 1)
            )
        end
    )
{%- endmacro %}
