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
    finite population correction 1 - f. A lonely unit has no spread of its own: it is centred on 0,
    as the code of R `survey.lonely.psu = "adjust"` does. -#}
{% macro stratum_variance(n, sum_u, sum_u2, population_correction) -%}
    (
        {{ population_correction }} * case
            when {{ n }} > 1
                then
                    {{ n }} / nullif({{ n }} - 1, 0)
                    * ({{ sum_u2 }} - {{ sum_u }} * {{ sum_u }} / {{ n }})
            else power({{ sum_u }}, 2)
        end
    )
{%- endmacro %}


{#- Variance per figure or pair and per unit of sampling, added up over strata.
    `sums` has the columns id, those of `keys`, stratum, unit, sum_u and sum_u2; `strata` says how
    many units each stratum has. -#}
{% macro variance_over_strata(sums, id, strata, keys='scheme_code, wave_code') -%}
    select
        sums.{{ id }},
        sums.unit,
        sum({{ stratum_variance(
            'strata.n_units', 'sums.sum_u', 'sums.sum_u2', 'strata.population_correction'
        ) }}) as variance,
    from {{ sums }} as sums
    inner join {{ strata }} as strata using ({{ keys }}, stratum, unit)
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


{#- What is below this part of the variance of a simple random sample is rounding noise: the figure
    is known from the population or the design. -#}
{% macro no_variance() -%} 1e-12 {%- endmacro %}


{#- A standard error from a variance; exactly 0 for a known figure and for equal answers (those have
    no simple variance). -#}
{% macro standard_error(variance, simple_variance) -%}
    (
        case
            when {{ variance }} is null then null
            when {{ simple_variance }} = 0 then 0
            when {{ variance }} <= {{ no_variance() }} * {{ simple_variance }} then 0
            else sqrt(if({{ variance }} < 0, 0, {{ variance }}))
        end
    )
{%- endmacro %}


{#- Design effect: variance over that of a simple random sample of n with the weighted spread, which
    is 1 / (n - 1) of it. Equal answers have none. -#}
{% macro design_effect(variance, n, simple_variance) -%}
    ({{ variance }} * ({{ n }} - 1) / nullif({{ simple_variance }} * {{ n }}, 0))
{%- endmacro %}


{#- A relation with the p values of Benjamini and Hochberg beside its own: the smallest p·m/rank
    among this p and the larger ones of its family. A p that is null, or of a row that may not be
    seen, is outside the family and has none. `adjusted` names the column per p value. -#}
{% macro with_adjusted_p(relation, family, adjusted, is_seen='true') -%}
    select
        * exclude (
            {%- for p in adjusted %}
                {{ p }}_seen, {{ p }}_rank, {{ p }}_family{{ ',' if not loop.last }}
            {%- endfor %}
        ),
        {% for p, name in adjusted.items() -%}
            if(
                {{ p }}_seen is null, null,
                least(1, min({{ p }}_seen * {{ p }}_family / {{ p }}_rank) over (
                    partition by {{ family }}
                    order by {{ p }}_rank desc
                    rows between unbounded preceding and current row
                ))
            ) as {{ name }},
        {% endfor -%}
    from (
        select
            *,
            {% for p in adjusted -%}
                row_number() over (
                    partition by {{ family }} order by {{ p }}_seen nulls last
                ) as {{ p }}_rank,
                count({{ p }}_seen) over (partition by {{ family }}) as {{ p }}_family,
            {% endfor -%}
        from (
            select
                *,
                {% for p in adjusted -%}
                    if({{ is_seen }}, {{ p }}, null) as {{ p }}_seen,
                {% endfor -%}
            from {{ relation }}
        ) as seen
    ) as ranked
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


{#- The median of values that are counted, and not repeated: between the two in the middle.
    `n_up_to` counts up to and with the value, `n_all` everything. -#}
{% macro median_of_counts(value, n_up_to, n_all) -%}
    ((
        min({{ value }}) filter (where 2 * {{ n_up_to }} >= {{ n_all }})
        + min({{ value }}) filter (where 2 * {{ n_up_to }} > {{ n_all }})
    ) / 2)
{%- endmacro %}
