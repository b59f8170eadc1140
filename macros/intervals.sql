{#- One side of the interval of a share; side is -1 or 1. method:
    logit: t interval on the logit scale (R `svyciprop`, method "xlogit");
    wilson: score interval with n_eff = p(1 - p) / V and the t quantile;
    beta: Korn-Graubard, Clopper-Pearson on n_eff adjusted for the degrees of freedom (R "beta").
    At 0 or 1 all give Clopper-Pearson on the effective n; without a degree of freedom none gives
    anything. A share known from the population (se 0) is its own interval. -#}
{% macro share_bound(method, share, se, df, n_effective, n_design, side) -%}
    {%- set tail = '(1 - ' ~ threshold('confidence_level') ~ ') / 2' -%}
    {%- set t = 't_quantile(1 - ' ~ tail ~ ', greatest(' ~ df ~ ', 1))' -%}
    {%- set n_variance = '(' ~ share ~ ' * (1 - ' ~ share ~ ') / power(' ~ se ~ ', 2))' -%}
    (
        case
            when coalesce({{ df }}, 0) < 1 then null
            when {{ share }} <= 0 then
                {% if side < 0 -%} 0
                {%- else -%} beta_quantile(1 - {{ tail }}, 1, {{ n_effective }})
                {%- endif %}
            when {{ share }} >= 1 then
                {% if side > 0 -%} 1
                {%- else -%} beta_quantile({{ tail }}, {{ n_effective }}, 1)
                {%- endif %}
            when {{ se }} = 0 then {{ share }}
            when {{ method }} = 'logit' then 1 / (1 + exp(-(
                ln({{ share }} / (1 - {{ share }}))
                + {{ side }} * {{ t }} * {{ se }} / ({{ share }} * (1 - {{ share }}))
            )))
            when {{ method }} = 'wilson' then {{ wilson_bound(share, n_variance, t, side) }}
            when {{ method }} = 'beta' then
                {%- set adjusted = n_variance ~ ' * power(t_quantile(1 - ' ~ tail
                    ~ ', greatest(' ~ n_design ~ ' - 1, 1)) / ' ~ t ~ ', 2)' %}
                {% if side < 0 -%}
                beta_quantile(
                    {{ tail }}, {{ adjusted }} * {{ share }}, {{ adjusted }} * (1 - {{ share }}) + 1
                )
                {%- else -%}
                beta_quantile(
                    1 - {{ tail }}, {{ adjusted }} * {{ share }} + 1,
                    {{ adjusted }} * (1 - {{ share }})
                )
                {%- endif %}
        end
    )
{%- endmacro %}


{#- Wilson's score bound for a share on an effective n. -#}
{% macro wilson_bound(share, n, t, side) -%}
    (
        (
            {{ share }} + power({{ t }}, 2) / (2 * {{ n }})
            + {{ side }} * {{ t }} * sqrt(
                {{ share }} * (1 - {{ share }}) / {{ n }}
                + power({{ t }}, 2) / (4 * power({{ n }}, 2))
            )
        ) / (1 + power({{ t }}, 2) / {{ n }})
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


{#- One side of the interval of a share (by method) or of a mean or net score (t). -#}
{% macro bound(is_share, method, estimate, se, df, n_effective, n_design, side) -%}
    case
        when {{ se }} is null then null
        when {{ is_share }}
            then {{ share_bound(method, estimate, se, df, n_effective, n_design, side) }}
        else {{ t_bound(estimate, se, df, side) }}
    end
{%- endmacro %}


{#- Why a figure is not simply reliable; null when it is. A figure without a standard error, an
    interval or degrees of freedom says nothing of how sure it is. Shares of 0 and 1 have no width
    relative to themselves. -#}
{% macro reliability_flag() -%}
    case
        when least(n_answers, n_effective) < {{ threshold('min_reliable_n') }} then 'low_base'
        when
            df is null or df < {{ threshold('min_df') }}
            or se is null or ci_low is null or ci_high is null
            then 'low_df'
        when
            is_share and (
                ci_high - ci_low >= {{ threshold('max_share_width') }}
                or (
                    estimate > 0 and estimate < 1
                    and ci_high - ci_low
                    > {{ threshold('max_relative_width') }} * least(estimate, 1 - estimate)
                )
            )
            then 'wide_interval'
        when is_share and se = 0 and estimate > 0 and estimate < 1 then 'known_margin'
    end
{%- endmacro %}
