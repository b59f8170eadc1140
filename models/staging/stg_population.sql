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
        -- Landing wrote people as plain numbers; 1.234 from before it did is no number of people.
        if(
            regexp_full_match(trim(source.n_residents), '[0-9]+([.,](0+|50*))?'),
            try_cast(replace(source.n_residents, ',', '.') as double), null
        ) as n_residents,
    from source
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
)

select * from renamed
