-- Rows as delivered, and rows of which counts were delivered: one person may be in both.
with delivered as (
    select
        delivery_key,
        row_number,
        wave_code,
        respondent_key,
        is_test,
        is_complete,
        source_priority,
        submitted_at,
    from {{ ref('stg_respondents') }}
    union all
    select
        delivery_key,
        row_number,
        wave_code,
        respondent_key,
        is_test,
        is_complete,
        source_priority,
        submitted_at,
    from {{ ref('stg_counted_keys') }}
),

-- Only who came in more than once has versions to choose from.
repeated as (
    select
        wave_code,
        respondent_key,
    from delivered
    group by wave_code, respondent_key
    having count(*) > 1
),

ranked as (
    select
        delivered.delivery_key,
        delivered.row_number,
        row_number() over (
            partition by delivered.wave_code, delivered.respondent_key
            order by
                delivered.is_test asc,
                delivered.is_complete desc,
                delivered.source_priority asc,
                delivered.submitted_at desc nulls last,
                deliveries.file_name desc,
                delivered.row_number desc
        ) as version,
    from delivered
    inner join repeated using (wave_code, respondent_key)
    inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
),

-- Where a part is counted apart, its keep-list says which rows another delivery replaces.
superseded as (
    select
        delivery_key,
        row_number,
        2 as version,
    from {{ ref('stg_superseded') }}
),

unioned as (
    select * from ranked
    union all
    select * from superseded
),

versions as (
    select
        delivery_key,
        row_number,
        max(version) as version,
    from unioned
    group by delivery_key, row_number
)

select * from versions
