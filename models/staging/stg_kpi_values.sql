with source as (
    select * from {{ source('raw', 'kpi_values') }}
),

renamed as (
    select
        ---------- ids
        source.delivery_key,
        source.row_number,
        deliveries.survey_code,
        deliveries.wave_code,
        trim(source.municipality) as municipality_code,
        trim(source.period) as period,
        trim(source.kpi_code) as kpi_code,
        ---------- numerics
        try_cast(source.value as double) as value,
    from source
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
)

select * from renamed
