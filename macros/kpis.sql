{#- Two rows of marts of figures that are about the same measure of the same wave and scheme. -#}
{% macro same_measure(a, b) -%}
    (
        {{ a }}.wave_code = {{ b }}.wave_code
        and {{ a }}.weighting_scheme = {{ b }}.weighting_scheme
        and {{ a }}.question_code = {{ b }}.question_code
        and {{ a }}.statistic = {{ b }}.statistic
        and {{ a }}.option_code is not distinct from {{ b }}.option_code
    )
{%- endmacro %}


{#- Whether a KPI meets its norm. As long as the interval holds the norm nobody can tell. A measured
    value without an interval (one municipality) is itself; an estimate without one tells nothing. -#}
{% macro kpi_verdict(figure, kpi) -%}
    case
        when {{ figure }}.value is null or {{ kpi }}.norm is null then null
        when {{ kpi }}.norm between {{ figure }}.ci_low and {{ figure }}.ci_high then 'undecided'
        when {{ figure }}.ci_low is null and {{ kpi }}.question_code is not null then 'undecided'
        when {{ figure }}.value = {{ kpi }}.norm then 'met'
        when ({{ figure }}.value > {{ kpi }}.norm) = ({{ kpi }}.direction = 'higher_is_better')
            then 'met'
        else 'not_met'
    end
{%- endmacro %}


{#- Better or worse than the period before, in the direction of the KPI; same: no more than chance. -#}
{% macro kpi_trend(figure, kpi) -%}
    case
        when {{ figure }}.value is null then null
        when {{ figure }}.change is null or {{ figure }}.is_changed is null then 'unknown'
        when not {{ figure }}.is_changed then 'same'
        when ({{ figure }}.change > 0) = ({{ kpi }}.direction = 'higher_is_better') then 'better'
        else 'worse'
    end
{%- endmacro %}
