{#- What stands in the working database has every digit; what is published is rounded for people. A
    figure with twelve digits gives away whole numbers of people. Quantities and their digits are
    rows of the seed publication_rounding. -#}
{% macro rounded(number, quantity) -%}
    {{ rounded_to(number, rounding('digits', quantity), rounding('method', quantity)) }}
{%- endmacro %}


{% macro rounded_to(number, digits, method) -%}
    round(
        {{ number }},
        ({{ digits }} - if({{ method }} = 'decimals', 0, {{ whole_digits(number) }}))::integer
    )
{%- endmacro %}


{#- How many digits stand before the decimal sign: 3 of 229; 0 or less of a number below 1. -#}
{% macro whole_digits(number) -%}
    (1 + floor(log10(greatest(abs({{ number }}), 1e-300))))
{%- endmacro %}


{% macro rounding(column, quantity) -%}
    (
        select declared.{{ column }} from {{ ref('publication_rounding') }} as declared
        where declared.quantity = '{{ quantity }}'
    )
{%- endmacro %}


{#- What a figure is rounded as: by the kind of its statistic and its base. -#}
{% macro figure_quantity(kind, n_answers) -%}
    if({{ kind }} in ('mean', 'net'), {{ kind }}, 'share')
    || if({{ n_answers }} < {{ threshold('small_base_n') }}, '_small_base', '')
{%- endmacro %}


{#- The rounding of the figures of each row, for macros below that are given `by='rounding'`: many
    figures of one base then ask once. -#}
{% macro join_rounding(kind, n_answers) -%}
    left join {{ ref('publication_rounding') }} as rounding
        on rounding.quantity = {{ figure_quantity(kind, n_answers) }}
{%- endmacro %}


{#- Its digits, or its method; of all quantities at once, where nothing is joined: DuckDB plans
    every question by itself, which takes longer than to answer it. -#}
{% macro figure_rounding(column, kind, n_answers, by) -%}
    {% if by -%}
        {{ by }}.{{ column }}
    {%- else -%}
        (
            select map(list(declared.quantity), list(declared.{{ column }}))
            from {{ ref('publication_rounding') }} as declared
        )[{{ figure_quantity(kind, n_answers) }}]
    {%- endif %}
{%- endmacro %}


{#- A figure, its error or an end of its interval, by the kind of its statistic and its base. -#}
{% macro rounded_figure(number, kind, n_answers, by=none) -%}
    {{ rounded_to(
        number,
        figure_rounding('digits', kind, n_answers, by),
        figure_rounding('method', kind, n_answers, by)
    ) }}
{%- endmacro %}


{#- A figure as published: null when withheld. Expects `is_withheld` and the kind of the measure. -#}
{% macro published(figure, n_answers='engine.n_answers', kind='measures.kind', by=none) -%}
    if(engine.is_withheld, null, {{ rounded_figure(figure, kind, n_answers, by) }})
{%- endmacro %}


{#- A difference or an end of its interval as published. What lies on one side of 0 never rounds onto
    it as long as its interval, or another one `beside` it, lies on that side: the reader would see
    another verdict. -#}
{% macro published_difference(figure, n_answers, low, high, by=none, beside=none) -%}
    if(
        engine.is_withheld or {{ figure }} is null,
        null,
        coalesce(
            nullif({{ rounded_figure(figure, 'measures.kind', n_answers, by) }}, 0),
            if(
                {{ low }} * {{ high }} > 0
                {%- if beside %} or {{ beside[0] }} * {{ beside[1] }} > 0{% endif %},
                sign({{ figure }})
                * power(10, -{{ figure_rounding('digits', 'measures.kind', n_answers, by) }}),
                0
            )
        )
    )
{%- endmacro %}


{#- Published ends of both intervals, which a figure that did not round onto 0 may have passed. -#}
{% macro holding(figure) -%}
    {% for suffix in ['', '_clustered'] -%}
        if(ci_low{{ suffix }} is null, null, least(ci_low{{ suffix }}, {{ figure }}))
            as ci_low{{ suffix }},
        if(ci_high{{ suffix }} is null, null, greatest(ci_high{{ suffix }}, {{ figure }}))
            as ci_high{{ suffix }}{{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}


{#- Another quantity as published: null when withheld. -#}
{% macro published_quantity(number, quantity) -%}
    if(engine.is_withheld, null, {{ rounded(number, quantity) }})
{%- endmacro %}


{#- How many residents a share is, with its interval; `shown` says of which rows. Expects the engine's
    `residents` and the `rounding` of the share: it is the share as published that is counted in
    residents, or those of a small share would tell it finer than its own digits. People are not
    fewer than none. -#}
{% macro published_residents(shown='true') -%}
    {%- set share = rounded_figure('engine.estimate', none, none, by='rounding') -%}
    {%- set moved = 'engine.sum_w * (' ~ share ~ ' - engine.estimate)' -%}
    {%- for column, name in [
        ('residents', 'residents'), ('ci_low', 'residents_low'), ('ci_high', 'residents_high')
    ] -%}
        if(
            engine.is_withheld or residents.{{ column }} is null or not {{ shown }},
            null,
            {{ rounded('greatest(residents.' ~ column ~ ' + ' ~ moved ~ ', 0)', 'weighted_n') }}
        ) as {{ name }}{{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}


{#- A p value as published: never 0, the least value that is told apart stands for "smaller". -#}
{% macro published_p(p_value) -%}
    if(
        {{ p_value }} is null,
        null,
        greatest({{ rounded(p_value, 'p_value') }}, {{ threshold('min_p_value') }})
    )
{%- endmacro %}


{#- A count of people as published where nothing adds up to it: a few are not told. -#}
{% macro few_people(n) -%}
    if({{ n }} between 1 and {{ threshold('min_cell_n') }} - 1, null, {{ n }})::bigint
{%- endmacro %}
