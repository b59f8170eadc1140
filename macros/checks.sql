{#- Whether two published numbers are not the same: one is missing, or they are further apart than
    `room`. Null (neither true nor false) when both are missing. -#}
{% macro differs(a, b, room='0') -%}
    ((({{ a }}) is null) != (({{ b }}) is null) or abs(({{ a }}) - ({{ b }})) > 1e-9 + {{ room }})
{%- endmacro %}


{#- The last digit of a published figure of a question and statistic on so many answers: a difference
    is rounded after it was computed, and may differ by one and a half of it from that of rounded
    figures. 0 for a question that the codebook does not know. -#}
{% macro last_digit(question_code, statistic, n_answers) -%}
    coalesce(
        (
            select
                power(10, -max(if(
                    {{ n_answers }} < {{ threshold('small_base_n') }},
                    small_base.digits, declared.digits
                )))
            from {{ ref('questions') }} as asked
            inner join {{ ref('scale_statistics') }} as scaled
                on asked.scale_code = scaled.scale_code
            inner join {{ ref('publication_rounding') }} as declared
                on declared.quantity = if(scaled.kind in ('range', 'option'), 'share', scaled.kind)
            inner join {{ ref('publication_rounding') }} as small_base
                on small_base.quantity = declared.quantity || '_small_base'
            where
                asked.question_code = {{ question_code }}
                and scaled.statistic = {{ statistic }}
        ),
        0
    )
{%- endmacro %}


{#- What is wrong with a figure and its interval, as branches of a `case`: an end is missing, the
    figure lies outside, or the interval has no width though the standard error is not 0. -#}
{% macro interval_faults(name, figure, low, high, se) -%}
    when ({{ low }} is null) != ({{ high }} is null) or ({{ figure }} is null and {{ low }} is not null)
        then '{{ name }}: the interval misses an end or its figure'
    when not {{ figure }} between {{ low }} - 1e-9 and {{ high }} + 1e-9
        then '{{ name }}: the figure lies outside its interval'
    when {{ se }} > 1e-9 and not {{ low }} < {{ high }}
        then '{{ name }}: the interval has no width'
{%- endmacro %}


{#- The same for a difference, whose t interval lies evenly around it. -#}
{% macro even_interval_faults(name, figure, low, high, se, room='0') -%}
    {{ interval_faults(name, figure, low, high, se) }}
    when abs(({{ low }} + {{ high }}) / 2 - {{ figure }}) > 1e-9 + {{ room }}
        then '{{ name }}: the interval is not even around its difference'
{%- endmacro %}


{#- Whether two values of any type are not the same; two nulls are. In parentheses, because sqlfluff
    does not know where the second one ends. -#}
{% macro unlike(a, b) -%}
    ({{ a }} is distinct from {{ b }})
{%- endmacro %}
