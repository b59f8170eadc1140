{#- Questions of which one person can have several answers: the others need no look at persons. -#}
{% macro questions_with_several() -%}
    select question_code
    from {{ ref('stg_answer_values') }}
    group by source_code, question_code
    having
        count(distinct column_name) > 1
        or count(*) > count(distinct concat_ws(chr(31), column_name, value))
{%- endmacro %}
