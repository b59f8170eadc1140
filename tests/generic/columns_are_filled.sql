{#- None of these columns is null; each row returned names the columns that are. One test for a
    model and not one for each column: a test costs dbt more than it costs the database. -#}
{% test columns_are_filled(model, columns) %}
    select
        concat_ws(
            ', ',
            {% for column in columns -%}
                if({{ column }} is null, '{{ column }}', null){{ ',' if not loop.last }}
            {% endfor -%}
        ) as empty_columns,
        {{ columns | join(', ') }},
    from {{ model }}
    where {% for column in columns %}{{ column }} is null{{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
