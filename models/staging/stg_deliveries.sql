with source as (
    select * from {{ source('raw', 'deliveries') }}
),

renamed as (
    select
        ---------- ids
        delivery_key,
        source_code,
        survey_code,
        wave_code,
        ---------- text
        file_name,
        file_format,
        sha256,
        package_sha256,
        ---------- numerics
        n_rows,
        n_columns,
        n_cells,
        n_identifier_cells,
        n_open_answers,
        ---------- booleans
        package_sha256 is not null as is_counted,
        ---------- times
        landed_at,
    from source
    where status = 'landed'
)

select * from renamed
