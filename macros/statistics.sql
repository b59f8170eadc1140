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


{#- Variance of a total within one stratum from Σu and Σu² over its n sampled units, with the
    finite population correction 1 - f. A lonely unit has no spread of its own: it is centred on
    the grand mean (R `survey.lonely.psu = "adjust"`). -#}
{% macro stratum_variance(n, sum_u, sum_u2, grand_mean_u, population_correction) -%}
    (
        {{ population_correction }} * case
            when {{ n }} > 1
                then
                    {{ n }} / ({{ n }} - 1)
                    * ({{ sum_u2 }} - {{ sum_u }} * {{ sum_u }} / {{ n }})
            else power({{ sum_u }} - {{ grand_mean_u }}, 2)
        end
    )
{%- endmacro %}


{#- Variance per figure or pair and per unit of sampling, added up over strata.
    `sums` has the columns id, scheme_code, wave_code, stratum, unit, sum_u, sum_u2. -#}
{% macro variance_over_strata(sums, id) -%}
    select
        sums.{{ id }},
        sums.unit,
        sum({{ stratum_variance(
            'strata.n_units', 'sums.sum_u', 'sums.sum_u2', 'sums.all_u / strata.n_total',
            'strata.population_correction'
        ) }}) as variance,
    from (
        select
            *,
            sum(sum_u) over (partition by {{ id }}, wave_code, unit) as all_u,
        from {{ sums }}
    ) as sums
    inner join {{ ref('est_strata') }} as strata
        using (scheme_code, wave_code, stratum, unit)
    group by sums.{{ id }}, sums.unit
{%- endmacro %}


{#- Both variances of a figure or pair on one row: with respondents and with clusters as units. -#}
{% macro variance_per_unit(variances, id) -%}
    select
        {{ id }},
        max(variance) filter (where unit = 'respondent') as respondent_variance,
        max(variance) filter (where unit = 'cluster') as cluster_variance,
    from {{ variances }}
    group by {{ id }}
{%- endmacro %}


{#- A standard error from a variance. Below 1e-12 of the variance of a simple random sample it is
    the rounding noise of a figure known from the population or the design: exactly 0. -#}
{% macro standard_error(variance, simple_variance) -%}
    (
        case
            when {{ variance }} <= 1e-12 * {{ simple_variance }} then 0
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


{#- One side of the interval of a share; side is -1 or 1. method:
    logit: t interval on the logit scale (R `svyciprop`, method "xlogit");
    wilson: score interval with n_eff = p(1 - p) / V and the t quantile;
    beta: Korn-Graubard, Clopper-Pearson on n_eff adjusted for the degrees of freedom (R "beta").
    At 0 or 1 all give Clopper-Pearson on Kish's effective n. A share known from the population
    (se 0) is its own interval. -#}
{% macro share_bound(method, share, se, df, n_effective, n_design, side) -%}
    {%- set tail = '(1 - ' ~ threshold('confidence_level') ~ ') / 2' -%}
    {%- set t = 't_quantile(1 - ' ~ tail ~ ', greatest(' ~ df ~ ', 1))' -%}
    {%- set n_variance = '(' ~ share ~ ' * (1 - ' ~ share ~ ') / power(' ~ se ~ ', 2))' -%}
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


{#- Benjamini-Hochberg p values need two steps, because windows do not nest: the rank and size of
    the family, then the smallest p·m/rank among this p and the larger ones. Null p values are
    outside the family. -#}
{% macro family_rank(p_value, family) -%}
    row_number() over (partition by {{ family }} order by {{ p_value }} nulls last)
{%- endmacro %}

{% macro benjamini_hochberg(p_value, p_rank, n_family, family) -%}
    least(1, min({{ p_value }} * {{ n_family }} / {{ p_rank }}) over (
        partition by {{ family }}
        order by {{ p_rank }} desc
        rows between unbounded preceding and current row
    ))
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


{#- Two-sided p of a t test; null where there is nothing to test. -#}
{% macro t_test(difference, se, df) -%}
    case
        when {{ se }} > 0 and {{ df }} >= 1
            then t_two_sided_p(
                {{ difference }} / nullif({{ se }}, 0), greatest({{ df }}, 1)
            )
    end
{%- endmacro %}


{#- What cannot be a base weight: missing, 0, negative, infinite or not a number. -#}
{% macro is_no_weight(weight) -%}
    ({{ weight }} is null or not ({{ weight }} > 0 and isfinite({{ weight }})))
{%- endmacro %}
