-- A count package leaves out the rows of people of whom another row counts. What it took for
-- granted when it was made must hold over everything that has landed since.
with versions as (
    select
        keys.delivery_key,
        keys.row_number,
        keys.is_duplicate,
        coalesce(versions.version, 1) > 1 as is_replaced,
    from {{ ref('stg_counted_keys') }} as keys
    left join {{ ref('wgt_versions') }} as versions using (delivery_key, row_number)
),

wrong as (
    select
        delivery_key,
        count(*) filter (where is_replaced and not is_duplicate) as n_twice,
        count(*) filter (where is_duplicate and not is_replaced) as n_nowhere,
    from versions
    where is_replaced != is_duplicate
    group by delivery_key
)

select
    deliveries.source_code,
    wrong.n_twice,
    wrong.n_nowhere,
    deliveries.file_name || ': of this count package ' || wrong.n_twice
    || ' people count in another delivery too, and ' || wrong.n_nowhere
    || ' count nowhere. Count it again with a keep-list (`peil keep`)' as problem,
from wrong
inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
