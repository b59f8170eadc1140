with declared as (
    select * from {{ ref('weighting_segments') }}
),

estimated as (
    select
        schemes.scheme_code,
        segments.segment_code,
    from {{ ref('weighting_schemes') }} as schemes
    inner join {{ ref('segments') }} as segments using (survey_code)
    left join declared using (scheme_code, segment_code)
    where
        declared.segment_code is not null
        or schemes.scheme_code not in (select seed.scheme_code from declared as seed)
)

select * from estimated
order by all
