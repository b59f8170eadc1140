{#- Models with a row per delivered row, or counts of them per delivery, keep what they made of a
    delivery and make it again only when what it depends on changed: the `delivery_version` of the
    `versions` model, and the seeds and the SQL that the graph says it is made of.
    staging.built_deliveries holds which version each model has, written in the transaction of the
    model. In dbt_project.yml such models are incremental with these two hooks. -#}
{% macro forget_deliveries(versions) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where delivery_key not in ({{ current_deliveries(versions) }})
    {%- endif -%}
{%- endmacro %}


{% macro remember_deliveries(versions) -%}
    {%- if execute and target.name != 'lint' -%}
        delete from staging.built_deliveries where model_name = '{{ this.name }}';
        insert into staging.built_deliveries
        select
            '{{ this.name }}' as model_name,
            delivery_key,
            {{ model_version('delivery_version') }} as delivery_version
        from {{ ref(versions) }}
    {%- endif -%}
{%- endmacro %}


{#- The version of a delivery in this model: seeds and code count as well. -#}
{% macro model_version(delivery_version) -%}
    {{ delivery_version }} || {{ seeds_digest(model) }} || '{{ code_digest(model) }}'
{%- endmacro %}


{#- What a kept model is made of, as names in the graph, back to what its delivery version is made
    of: the version holds the rows of those models as they are of the delivery. -#}
{% macro made_of(node) -%}
    {%- set ends = [] -%}
    {%- for parent in node.depends_on.nodes if parent.endswith('_delivery_versions') -%}
        {%- do ends.append(parent) -%}
    {%- endfor -%}
    {%- for end in ends if end.endswith('_delivery_versions') -%}
        {%- for parent in graph.nodes[end].depends_on.nodes if parent.startswith('model.') -%}
            {%- do ends.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set found = [node.unique_id] -%}
    {%- for unique_id in found -%}
        {%- for parent in graph.nodes[unique_id].depends_on.nodes
            if parent in graph.nodes and parent not in found + ends -%}
            {%- do found.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- A digest of the seeds a kept model is made of, whole but for the texts that people read: what
    those mean for an answer is in the delivery version. -#}
{% macro seeds_digest(node) -%}
    md5(
        ''
        {%- for unique_id in made_of(node) | sort if unique_id.startswith('seed.') %}
        || (
            select coalesce(string_agg(to_json(seed_row), '|' order by to_json(seed_row)), '')
            from (
                select columns(lambda name: not regexp_matches(name, '_(nl|en)$'))
                from {{ graph.nodes[unique_id].relation_name }}
            ) as seed_row
        )
        {%- endfor %}
    )
{%- endmacro %}


{#- A digest of the SQL of a kept model and of the models it is made of, and of the macros, which
    stand in any of them. -#}
{% macro code_digest(node) -%}
    {%- set found = [run_query('select macros_digest()').columns[0][0]] -%}
    {%- for unique_id in made_of(node) | sort if unique_id.startswith('model.') -%}
        {%- do found.append(graph.nodes[unique_id].checksum.checksum) -%}
    {%- endfor -%}
    {{ return(local_md5(found | join)) }}
{%- endmacro %}


{#- The deliveries that the model as it stands holds in their present version. -#}
{% macro current_deliveries(versions) -%}
    select built.delivery_key
    from staging.built_deliveries as built
    inner join {{ ref(versions) }} as versions using (delivery_key)
    where
        built.model_name = '{{ this.name }}'
        and built.delivery_version = {{ model_version('versions.delivery_version') }}
{%- endmacro %}


{#- Condition on a delivery key: the deliveries that are still to be made. A list of keys and not
    a subquery, so that DuckDB skips the blocks of all other deliveries. A night takes a large one
    some rows at a time, by the `row_number` beside the key; what has none comes with the first. -#}
{% macro is_to_build(delivery_key, versions, has_rows=true) -%}
    {%- set all_versions = ref(versions) -%}
    {%- if execute and target.name == 'plan' -%}
        {#- Which ones is known in the night: scripts/peil/nights/replay.py fills it in. -#}
        true /* deliveries {{ tojson({
            'key': delivery_key,
            'versions': all_versions | string,
            'version': model_version('delivery_version'),
            'code': code_digest(model),
            'row': delivery_key.replace('delivery_key', 'row_number') if has_rows else '',
        }) }} */
    {%- elif execute and is_incremental() -%}
        {%- set found = run_query(
            "select delivery_key from " ~ all_versions ~ " where delivery_key not in ("
            ~ current_deliveries(versions) ~ ")"
        ).columns[0].values() -%}
        {%- if found -%}
            {{ delivery_key }} in ('{{ found | join("', '") }}')
        {%- else -%} false
        {%- endif -%}
    {%- else -%} true
    {%- endif -%}
{%- endmacro %}


{#- What deliveries were made of; made before the first model that asks. -#}
{% macro create_built_deliveries() -%}
    {%- if execute and target.name != 'lint' and flags.WHICH in ('build', 'run') -%}
        create schema if not exists staging;
        create table if not exists staging.built_deliveries (
            model_name varchar, delivery_key varchar, delivery_version varchar
        )
    {%- endif -%}
{%- endmacro %}


{#- A model whose SQL changed may have other columns: its kept table goes, and is made anew. Only of
    the models that this run makes. -#}
{% macro drop_outdated_tables() -%}
    {%- if execute and target.name != 'lint' and flags.WHICH in ('build', 'run') -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.config.materialized == 'incremental'
            and node.unique_id in selected_resources -%}
            {%- set kept = adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- if kept and run_query(
                "select 1 from staging.built_deliveries where model_name = '" ~ node.alias
                ~ "' and not ends_with(delivery_version, '" ~ code_digest(node) ~ "')"
            ).rows | length > 0 -%}
                {%- do adapter.drop_relation(kept) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- What is in the schema of published tables and no model makes: a mart of an earlier version, which
    would be published as it once was. -#}
{% macro drop_marts_without_model() -%}
    {%- if execute and target.name != 'lint' and flags.WHICH in ('build', 'run') -%}
        {%- set made = graph.nodes.values() | selectattr('resource_type', 'in', ['model', 'seed'])
            | selectattr('schema', 'eq', 'marts') | map(attribute='alias') | list -%}
        {%- for kind, name in run_query(
            "select 'table', table_name from duckdb_tables() where schema_name = 'marts' "
            "and database_name = current_database() union all "
            "select 'view', view_name from duckdb_views() where schema_name = 'marts' "
            "and database_name = current_database()"
        ).rows if name not in made -%}
            {%- do run_query("drop " ~ kind ~ " marts." ~ adapter.quote(name)) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
