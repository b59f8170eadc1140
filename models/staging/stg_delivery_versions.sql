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

versions as (
    select
        surveys.delivery_key,
        md5(
            concat_ws(
                '|', surveys.survey_code, surveys.wave_code, surveys.source_code, surveys.n_rows,
                decoded.meanings, surveys.package_sha256
            )
        ) as delivery_version,
    from surveys
    left join decoded using (delivery_key)
)

select * from versions
order by all
