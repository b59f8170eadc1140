with source as (
    select * from {{ source('raw', 'population') }}
),

renamed as (
    select
        ---------- ids
        source.delivery_key,
        source.row_number,
        deliveries.survey_code,
        deliveries.wave_code,
        trim(source.region_code) as municipality_code,
        trim(source.gender_code) as gender_code,
        ---------- numerics
        try_cast(source.age as integer) as age,
        try_cast(replace(source.n_residents, ',', '.') as double) as n_residents,
    from source
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
)

select * from renamed
