{#- A number as a code: 7 for 7.0; for people with two decimals at most and their decimal mark. -#}
{% macro number_text(number, mark=none) -%}
    {%- if mark -%}
        replace({{ number_text('round(' ~ number ~ ', 2)') }}, '.', '{{ mark }}')
    {%- else -%}
        if({{ number }} = floor({{ number }}), {{ number }}::bigint::varchar, {{ number }}::varchar)
    {%- endif -%}
{%- endmacro %}


{#- The outcome y of one answer under a measure: the number itself for a mean, 1 or 0 for a share,
    1, 0 or -1 for a net score. Null: the answer has no number and belongs in no base. -#}
{% macro outcome(measures, value_number, option_code) -%}
    case {{ measures }}.kind
        when 'mean' then {{ value_number }}
        when 'range'
            then (
                {{ value_number }} between {{ measures }}.value_from and {{ measures }}.value_to
            )::double
        when 'net'
            then
                (
                    {{ value_number }} between {{ measures }}.value_from and {{ measures }}.value_to
                )::double
                - (
                    {{ value_number }} between {{ measures }}.minus_from and {{ measures }}.minus_to
                )::double
        when 'option' then ({{ option_code }} is not distinct from {{ measures }}.option_code)::double
    end
{%- endmacro %}


{#- What each answer is to each measure of its question: its outcome y (left out where 0, but for
    the base), and `in_base`: 1 for having answered, -1 for an answer without a number, which is in
    no base. -#}
{% macro measured_answers() -%}
    select
        answers.answer_id,
        measures.measure_id,
        measures.is_distribution,
        if(
            answers.is_base, 0, {{ outcome('measures', 'answers.value_number', 'answers.option_code') }}
        ) as y,
        case when answers.is_base then 1 when y is null then -1 else 0 end as in_base,
    from {{ ref('est_answers') }} as answers
    inner join {{ ref('est_figure_measures') }} as measures
        using (survey_code, question_code)
    where answers.is_base or y is distinct from 0
{%- endmacro %}


{#- A figure that Python could not make, as SQL says it: null. -#}
{% macro known(figure) -%}
    if(isnan({{ figure }}), null, {{ figure }})
{%- endmacro %}


{#- People alike, of a relation with is_base and, per answer, y, n, sum_d and sum_d2: who gave y,
    and with y 0 who answered otherwise: the base without those. No y: an answer without a number,
    which is in no base. -#}
{% macro people_alike(scored) -%}
    select * exclude (is_base)
    from {{ scored }}
    where not is_base and y is distinct from 0
    union all by name
    select
        * exclude (is_base) replace (
            if(is_base, n, -n) as n,
            if(is_base, sum_d, -sum_d) as sum_d,
            if(is_base, sum_d2, -sum_d2) as sum_d2,
            0 as y
        ),
    from {{ scored }}
    where is_base or y is distinct from 0
{%- endmacro %}
