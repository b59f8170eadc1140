with places as (
    select distinct * exclude (profile_key)
    from {{ ref('est_profile_places') }}
)

select * from places
order by place_id
