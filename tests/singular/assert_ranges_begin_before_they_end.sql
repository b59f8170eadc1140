-- A range that ends before it begins holds nobody, and one beyond its scale counts what no answer
-- can be.
with ranges as (
    select
        'scales.csv' as seed,
        scale_code as code,
        value_from::double as low,
        value_to::double as high,
    from {{ ref('scales') }}
    union all
    select
        'scale_statistics.csv' as seed,
        scale_code || ' ' || statistic as code,
        unnest([value_from, minus_from]) as low,
        unnest([value_to, minus_to]) as high,
    from {{ ref('scale_statistics') }}
    union all
    select
        'kpi_units.csv' as seed,
        unit as code,
        value_from as low,
        value_to as high,
    from {{ ref('kpi_units') }}
    union all
    select
        'attribute_levels.csv' as seed,
        attribute_code || ' ' || level_code as code,
        value_from as low,
        value_to as high,
    from {{ ref('attribute_levels') }}
    union all
    select
        'size_classes.csv' as seed,
        size_class_code as code,
        residents_from as low,
        residents_to as high,
    from {{ ref('size_classes') }}
    union all
    select
        'weighting_schemes.csv' as seed,
        scheme_code as code,
        coalesce(lower, 0) as low,
        upper as high,
    from {{ ref('weighting_schemes') }}
    union all
    select
        'delivery_rules.csv' as seed,
        source_code || ' ' || rule_code as code,
        min_value as low,
        max_value as high,
    from {{ ref('delivery_rules') }}
    union all
    select
        'waves.csv' as seed,
        wave_code as code,
        unnest([epoch(fieldwork_start), epoch(fieldwork_start)]) as low,
        unnest([epoch(fieldwork_end), epoch(microdata_until)]) as high,
    from {{ ref('waves') }}
),

turned as (
    select
        seed,
        code,
        'ends before it begins' as problem,
    from ranges
    where low > high
),

beyond as (
    select
        'scale_statistics.csv' as seed,
        scale_code || ' ' || parts.statistic as code,
        'counts answers that its scale does not have' as problem,
    from {{ ref('scale_statistics') }} as parts
    inner join {{ ref('scales') }} as scales using (scale_code)
    where
        least(parts.value_from, parts.minus_from) < scales.value_from
        or greatest(parts.value_to, parts.minus_to) > scales.value_to
)

select * from turned
union
select * from beyond
order by all
