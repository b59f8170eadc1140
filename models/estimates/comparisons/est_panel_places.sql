{{ config(materialized='view') }}

-- Where each profile counts. Who moved to another stratum is another unit there.
with cells as (
    select distinct
        places.scheme_code,
        places.wave_code,
        places.profile_key,
        places.cell_id,
        cells.stratum,
        cells.factor,
    from {{ ref('est_profile_places') }} as places
    inner join {{ ref('est_cells') }} as cells using (cell_id, scheme_code, wave_code)
),

placed as (
    select
        later.scheme_code,
        later.stratum,
        later.cell_id as cell_id_a,
        earlier.cell_id as cell_id_b,
        later.factor * earlier.factor as factors,
        counts.*,
    from {{ ref('est_panel_counts') }} as counts
    inner join cells as later using (wave_code, profile_key)
    inner join cells as earlier
        on
            counts.compared_wave_code = earlier.wave_code
            and counts.compared_profile_key = earlier.profile_key
            and later.scheme_code = earlier.scheme_code
            and later.stratum = earlier.stratum
)

select * from placed
