{#- "Built and tested, from these deliveries, seeds and code": one row in nights.build. Any run that
    may change a table forgets it first; only a build of everything in which every test passed
    writes it again. Without the row nothing is published: see scripts/peil/built.py. -#}
{% macro forget_build() -%}
    {%- if execute and target.name != 'lint' and flags.WHICH not in unchanging_commands()
        and has_table('deliveries') -%}
        create schema if not exists nights;
        create or replace table nights.build as
        select
            null::timestamp as tested_at,
            coalesce(
                (
                    select to_json(list(delivery order by source_code, file_name))
                    from (
                        select
                            delivery_key,
                            file_name,
                            sha256,
                            source_code,
                            wave_code,
                            n_rows
                        from raw.deliveries where status = 'landed'
                    ) as delivery
                ), '[]'
            )::varchar as deliveries,
            {% if has_table('built_codebook') -%}
                (select max(digest) from codebook.built_codebook)
            {%- else -%} null
            {%- endif -%}::varchar as kept_codebook,
            null::varchar as facts;
        drop table if exists codebook.built_codebook;
        drop table if exists nights.made_of
    {%- endif -%}
{%- endmacro %}


{#- Commands that only read what is built. -#}
{% macro unchanging_commands() -%}
    {{ return(['test', 'compile', 'generate', 'show', 'list', 'parse', 'source', 'freshness']) }}
{%- endmacro %}


{% macro has_table(table_name) -%}
    {{ return(run_query(
        "select 1 from duckdb_tables() where table_name = '" ~ table_name
        ~ "' and schema_name in ('raw', 'codebook')"
    ).rows | length > 0) }}
{%- endmacro %}


{#- Every seed, model and test of data must have run and passed, but for tests that are made on
    request only (of the research models, which are tested when they are asked for). Only `peil` leaves out seeds and
    their tests, where the warehouse holds them tested: then their digest must be the one of now. -#}
{% macro remember_build(results) -%}
    {%- if execute and target.name != 'lint' and flags.WHICH not in unchanging_commands()
        and has_table('deliveries') -%}
        {%- set passed = [] -%}
        {%- for result in results if result.status in ('success', 'pass', 'warn') -%}
            {%- do passed.append(result.node.unique_id) -%}
        {%- endfor -%}
        {%- set missing = [] -%}
        {%- set of_seeds = [] -%}
        {%- for node in graph.nodes.values() if node.unique_id not in passed
            and node.resource_type in ('seed', 'model', 'test', 'snapshot')
            and 'tests_of_tests' not in node.tags and 'on_request' not in node.tags -%}
            {%- set parents = [] -%}
            {%- for parent in node.depends_on.nodes if not parent.startswith('seed.') -%}
                {%- do parents.append(parent) -%}
            {%- endfor -%}
            {%- if node.resource_type == 'seed'
                or (node.resource_type == 'test' and not parents) -%}
                {%- do of_seeds.append(node.unique_id) -%}
            {%- else -%}
                {%- do missing.append(node.unique_id) -%}
            {%- endif -%}
        {%- endfor -%}
        {#- Unit tests and tests of tests may be left out, but those that ran must have passed. -#}
        {%- set failed = results | rejectattr(
            'status', 'in', ['success', 'pass', 'warn', 'no-op']) | list -%}
        {%- if not missing and not failed and not flags.EMPTY and not flags.SAMPLE -%}
            update nights.build
            set tested_at = now() at time zone 'UTC', facts = {{ build_facts() }}
            where {% if of_seeds -%}
                kept_codebook = json_extract_string(
                    {{ build_facts() }}, '$.codebook'
                )
            {%- else -%} true
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- Digests of the seeds and code of this run, as JSON. Peil may be the project or a package in it. -#}
{% macro build_facts() -%}
    {%- set package = graph.nodes['seed.peil.sources'].root_path -%}
    {%- set own = graph.nodes.values() | selectattr('package_name', 'eq', project_name)
        | map(attribute='root_path') | first | default(package, true) -%}
    build_facts('{{ package | replace("'", "''") }}', '{{ own | replace("'", "''") }}')
{%- endmacro %}
