-- Who is 29 would stand in both of two bands of age that hold 29, and count twice.
with bands as (
    select
        'attribute_levels.csv' as seed,
        attribute_code as variable,
        level_code as code,
        value_from as low,
        coalesce(value_to, 2147483647) as high,
    from {{ ref('attribute_levels') }}
    where value_from is not null
    union all
    select
        'size_classes.csv' as seed,
        null as variable,
        size_class_code as code,
        residents_from as low,
        coalesce(residents_to, 2147483647) as high,
    from {{ ref('size_classes') }}
)

select
    one.seed,
    one.variable,
    one.code,
    other.code as other_code,
    greatest(one.low, other.low)::bigint as value_in_both,
from bands as one
inner join bands as other
    on
        one.seed = other.seed
        and one.variable is not distinct from other.variable
        and (one.low, one.code) < (other.low, other.code)
        and one.high >= other.low
order by all
