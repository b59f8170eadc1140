with places as (
    select distinct * exclude (profile_key, counted_attribute_code, counted_level_code)
    from {{ ref('est_profile_places') }}
)

select * from places
order by place_id
