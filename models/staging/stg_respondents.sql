with every_row as (
    select
        deliveries.*,
        sources.respondent_scope,
        sources.source_priority,
        unnest(generate_series(1, deliveries.n_rows)) as row_number,
    from {{ ref('stg_deliveries') }} as deliveries
    inner join {{ ref('sources') }} as sources using (source_code)
    where sources.kind = 'survey' and not deliveries.is_counted
),

deliveries as (
    select * from every_row
    where {{ is_to_build('delivery_key', 'stg_delivery_versions') }}
),

expected as (
    select
        source_code,
        bool_or(field = 'base_weight') as has_base_weight,
        bool_or(field = 'submitted_at') as has_submitted_at,
        bool_or(field = 'is_complete') as has_is_complete,
    from {{ ref('bindings') }}
    where binding = 'metadata'
    group by source_code
),

fields as (
    select
        answers.delivery_key,
        answers.row_number,
        max(answers.value) filter (where bindings.field = 'respondent_id') as respondent_id,
        max(answers.value) filter (where bindings.field = 'submitted_at') as submitted_at,
        max(answers.value) filter (where bindings.field = 'base_weight') as base_weight,
        max(answers.value) filter (where bindings.field = 'duration_seconds') as duration_seconds,
        bool_or(answers.value in string_split(bindings.true_value, '|'))
        filter (where bindings.field = 'is_test') as is_test,
        bool_or(answers.value in string_split(bindings.true_value, '|'))
        filter (where bindings.field = 'is_complete') as is_complete,
    from {{ source('raw', 'answers') }} as answers
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
    inner join {{ ref('bindings') }} as bindings
        on
            deliveries.source_code = bindings.source_code
            and answers.column_name = bindings.source_column
    where
        bindings.binding = 'metadata'
        and {{ is_to_build('answers.delivery_key', 'stg_delivery_versions') }}
    group by answers.delivery_key, answers.row_number
),

typed as (
    select
        ---------- ids
        deliveries.delivery_key,
        deliveries.row_number,
        deliveries.survey_code,
        deliveries.wave_code,
        deliveries.source_code,
        fields.respondent_id,
        md5(
            coalesce(deliveries.respondent_scope, deliveries.source_code) || ':' || coalesce(
                fields.respondent_id, deliveries.delivery_key || ':' || deliveries.row_number
            )
        ) as respondent_key,
        ---------- numerics
        if(
            expected.has_base_weight,
            try_cast(replace(fields.base_weight, ',', '.') as double),
            1
        ) as base_weight,
        try_cast(replace(fields.duration_seconds, ',', '.') as double) as duration_seconds,
        deliveries.source_priority,
        ---------- booleans
        coalesce(fields.is_test, false) as is_test,
        (fields.submitted_at is not null or not coalesce(expected.has_submitted_at, false))
        and coalesce(fields.is_complete, not coalesce(expected.has_is_complete, false))
            as is_complete,
        ---------- times
        try_cast(fields.submitted_at as timestamp) as submitted_at,
    from deliveries
    left join expected using (source_code)
    left join fields using (delivery_key, row_number)
)

select * from typed
