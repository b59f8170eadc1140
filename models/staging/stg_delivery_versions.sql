with surveys as (
    select deliveries.*
    from {{ ref('stg_deliveries') }} as deliveries
    inner join {{ ref('sources') }} as sources using (source_code)
    where sources.kind = 'survey'
),

decoded as (
    select
        surveys.delivery_key,
        bit_xor(hash(answer_values))::varchar as meanings,
    from surveys
    inner join {{ source('raw', 'value_counts') }} as counts using (delivery_key)
    inner join {{ ref('stg_answer_values') }} as answer_values
        on
            surveys.source_code = answer_values.source_code
            and counts.column_name = answer_values.column_name
            and counts.value = answer_values.value
    group by surveys.delivery_key
),

codebook as (
    select
        {{ seed_digest('attributes', [
            'attribute_code', 'survey_code', 'kind', 'question_code'
        ]) }}
        || {{ seed_digest('attribute_levels', [
            'attribute_code', 'level_code', 'value_from', 'value_to'
        ]) }}
        || {{ seed_digest('bindings', [
            'source_code', 'source_column', 'binding', 'field', 'true_value'
        ]) }}
        || {{ seed_digest('municipalities', ['municipality_code', 'survey_code']) }}
        || {{ seed_digest('region_groups', [
            'attribute_code', 'municipality_code', 'level_code'
        ]) }}
        || {{ seed_digest('questions', [
            'question_code', 'survey_code', 'scale_code', 'routing_question_code',
            'routing_option_code', 'is_reported'
        ]) }}
        || {{ seed_digest('scales', ['scale_code', 'kind']) }}
        || {{ seed_digest('sources', [
            'source_code', 'survey_code', 'wave_code', 'respondent_scope', 'source_priority'
        ]) }}
        || {{ seed_digest('weighting_schemes', ['survey_code', 'bounds_on']) }} as digest,
),

versions as (
    select
        surveys.delivery_key,
        md5(
            concat_ws(
                '|', surveys.survey_code, surveys.wave_code, surveys.source_code, surveys.n_rows,
                decoded.meanings, codebook.digest
            )
        ) as delivery_version,
    from surveys
    cross join codebook
    left join decoded using (delivery_key)
)

select * from versions
order by all
