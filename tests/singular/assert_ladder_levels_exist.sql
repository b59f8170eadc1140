-- A misspelled level on a ladder merges nothing, and nobody would see it.
with levels as (
    {{ declared_levels() }}
),

named as (
    select
        scheme_code,
        attribute_code,
        level_code,
    from {{ ref('weighting_ladders') }}
    union
    select
        scheme_code,
        attribute_code,
        neighbour_level_code as level_code,
    from {{ ref('weighting_ladders') }}
)

select named.*
from named
left join levels using (attribute_code, level_code)
where
    levels.level_code is null
    -- Levels of regions and sources stand in other seeds.
    and named.attribute_code in (select known.attribute_code from levels as known)
