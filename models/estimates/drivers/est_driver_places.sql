-- The only place that says for whom drivers are reported.
with reported as (
    select
        schemes.scheme_code,
        schemes.survey_code,
        segments.segment_code,
    from {{ ref('weighting_schemes') }} as schemes
    inner join {{ ref('est_segments') }} as segments using (survey_code)
    where
        schemes.is_default
        and segments.second_attribute_code is null
        and (
            segments.is_total
            or segments.attribute_code in (
                select contrasts.attribute_code from {{ ref('contrasts') }} as contrasts
            )
        )
),

placed as (
    select
        reported.survey_code,
        places.scheme_code,
        places.wave_code,
        places.segment_code,
        places.segment_value,
        places.profile_key,
        places.cell_id,
        cells.stratum,
        places.cluster_code,
    from {{ ref('est_profile_places') }} as places
    inner join reported using (scheme_code, segment_code)
    inner join {{ ref('est_cells') }} as cells using (scheme_code, wave_code, cell_id)
)

select * from placed
order by all
