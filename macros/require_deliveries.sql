{#- Stop before the first model when nothing has landed, and say what to run. -#}
{% macro require_deliveries() -%}
    {% if execute and flags.WHICH in ('build', 'run', 'test') and target.name != 'lint' %}
        {% set way_out -%}
            Nothing has landed in {{ target.path }}. Put deliveries in the inbox and run
            `peil land`, or run `peil demo` first for simulated ones.
        {%- endset %}
        {% set found = run_query(
            "select count(*) as n from duckdb_tables() where schema_name = 'raw' "
            "and table_name = 'deliveries'"
        ) %}
        {% if found.columns[0].values()[0] == 0 %}
            {{ exceptions.raise_compiler_error(way_out) }}
        {% endif %}
        {% set landed = run_query(
            "select count(*) as n from raw.deliveries where status = 'landed'"
        ) %}
        {% if landed.columns[0].values()[0] == 0 %}
            {{ exceptions.raise_compiler_error(way_out) }}
        {% endif %}
    {% endif %}
{%- endmacro %}
