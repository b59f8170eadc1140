{#- What stands in the working database has every digit; what is published is rounded for people. A
    figure with twelve digits gives away whole numbers of people. Quantities and their digits are
    rows of the seed publication_rounding. -#}
{% macro rounded(number, quantity) -%}
    {%- set rounding -%}
        (
            select {'method': declared.method, 'digits': declared.digits}
            from {{ ref('publication_rounding') }} as declared
            where declared.quantity = '{{ quantity }}'
        )
    {%- endset -%}
    {{ rounded_by(number, rounding) }}
{%- endmacro %}


{#- A number rounded by one expression of `method` and `digits`; `as_shown` may say what is made of
    `figure.number` and its digits. Number and rounding stand once: DuckDB plans a scalar subquery
    anew wherever it stands, which on a small survey took longer than all it computed. -#}
{% macro rounded_by(number, rounding, as_shown='{rounded}') -%}
    {%- set rounded_number -%}
        round(
            figure.number,
            if(
                figure.rounding.method = 'decimals',
                figure.rounding.digits,
                figure.rounding.digits - 1 - floor(log10(greatest(abs(figure.number), 1e-300)))
            )::integer
        )
    {%- endset -%}
    list_transform(
        [{'number': {{ number }}, 'rounding': {{ rounding }}}],
        lambda figure: {{ as_shown.replace('{rounded}', rounded_number) }}
    )[1]
{%- endmacro %}


{#- A figure, its error or an end of its interval, by the kind of its statistic and its base. -#}
{% macro rounded_figure(number, kind, n_answers) -%}
    {{ rounded_by(number, rounding_of_figure(kind, n_answers)) }}
{%- endmacro %}


{% macro rounding_of_figure(kind, n_answers) -%}
    (
        select
            map(
                list(declared.quantity),
                list({'method': declared.method, 'digits': declared.digits})
            )
        from {{ ref('publication_rounding') }} as declared
    )[
        if({{ kind }} in ('mean', 'net'), {{ kind }}, 'share')
        || if({{ n_answers }} < {{ threshold('small_base_n') }}, '_small_base', '')
    ]
{%- endmacro %}


{#- A figure as published: null when withheld. Expects `is_withheld` and the kind of the measure. -#}
{% macro published(figure, n_answers='engine.n_answers', kind='measures.kind') -%}
    if(engine.is_withheld, null, {{ rounded_figure(figure, kind, n_answers) }})
{%- endmacro %}


{#- A difference or an end of its interval as published. What lies on one side of 0 never rounds onto
    it as long as its interval lies on that side: the reader would see another verdict. -#}
{% macro published_difference(figure, n_answers, low, high) -%}
    {%- set as_shown -%}
        if(
            {{ low }} * {{ high }} > 0 and {rounded} = 0,
            sign(figure.number) * power(10, -figure.rounding.digits),
            {rounded}
        )
    {%- endset -%}
    if(
        engine.is_withheld,
        null,
        {{ rounded_by(figure, rounding_of_figure('measures.kind', n_answers), as_shown) }}
    )
{%- endmacro %}


{#- Another quantity as published: null when withheld. -#}
{% macro published_quantity(number, quantity) -%}
    if(engine.is_withheld, null, {{ rounded(number, quantity) }})
{%- endmacro %}


{#- How many residents a share is, with its interval; `shown` says of which rows. Expects the engine's
    `residents`. People are not fewer than none. -#}
{% macro published_residents(shown='true') -%}
    {%- for column, name in [
        ('residents', 'residents'), ('ci_low', 'residents_low'), ('ci_high', 'residents_high')
    ] -%}
        if(
            engine.is_withheld or residents.{{ column }} is null or not {{ shown }},
            null,
            {{ rounded('greatest(residents.' ~ column ~ ', 0)', 'weighted_n') }}
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
