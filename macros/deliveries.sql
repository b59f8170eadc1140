{#- Models with a row per delivered row, or counts of them per delivery, keep what they made of a
    delivery and make it again only when what it depends on changed. What that is stands as
    `delivery_version` in the `versions` model; the SQL of the model itself counts as well.
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


{#- The version of a delivery in this model: the SQL of the model counts as well. -#}
{% macro model_version(delivery_version) -%}
    {{ delivery_version }} || '{{ local_md5(model.raw_code) }}'
{%- endmacro %}


{#- The deliveries that the model as it stands holds in their present version. -#}
{% macro current_deliveries(versions) -%}
    select built.delivery_key
    from staging.built_deliveries as built
    inner join {{ ref(versions) }} as versions
        on
            built.delivery_key = versions.delivery_key
            and built.delivery_version
            = {{ model_version('versions.delivery_version') }}
    where built.model_name = '{{ this.name }}'
{%- endmacro %}


{#- Condition on a delivery key: the deliveries that are still to be made. A list of keys and not
    a subquery, so that DuckDB skips the blocks of all other deliveries. -#}
{% macro is_to_build(delivery_key, versions) -%}
    {%- set all_versions = ref(versions) -%}
    {%- if execute and is_incremental() -%}
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


{#- A digest of some columns of a seed. -#}
{% macro seed_digest(seed, columns) -%}
    (
        select md5(coalesce(string_agg(seed_row::varchar, '|' order by seed_row::varchar), ''))
        from (select {{ columns | join(', ') }} from {{ ref(seed) }}) as seed_row
    )
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
                ~ "' and not ends_with(delivery_version, '" ~ local_md5(node.raw_code) ~ "')"
            ).rows | length > 0 -%}
                {%- do adapter.drop_relation(kept) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
