-- A source and a step or flag can be called total: places and items are prefixed, sums are not.
with rows_received as (
    select
        delivery_key,
        row_number,
        survey_code,
        wave_code,
        response_status,
        unnest(['total', 'source ' || source_code]) as place,
    from {{ ref('wgt_respondents') }}
),

received as (
    select
        survey_code,
        wave_code,
        place,
        count(*) as n_received,
    from rows_received
    group by survey_code, wave_code, place
),

stepped as (
    select
        'response_overview' as table_code,
        survey_code,
        wave_code,
        place,
        'item ' || response_status as item,
        count(*) as n,
    from rows_received
    group by survey_code, wave_code, place, response_status
),

flagged as (
    select
        delivery_key,
        row_number,
        rule_code as flag_code,
    from {{ ref('wgt_response_flags') }}
    union
    select
        delivery_key,
        row_number,
        'off_route' as flag_code,
    from {{ ref('wgt_off_route') }}
    union
    select
        delivery_key,
        row_number,
        'rejected_value' as flag_code,
    from {{ ref('stg_rejected_values') }}
),

marked as (
    select
        'response_quality' as table_code,
        rows_received.survey_code,
        rows_received.wave_code,
        rows_received.place,
        'item ' || flagged.flag_code as item,
        count(*) as n,
    from rows_received
    inner join flagged using (delivery_key, row_number)
    group by
        rows_received.survey_code, rows_received.wave_code, rows_received.place, flagged.flag_code
),

-- What nobody fell off at, or nobody was marked with, is 0 and not left out.
possible as (
    select
        'response_overview' as table_code,
        'item ' || step_code as item,
    from {{ ref('response_steps') }}
    where step_code != 'received'
    union all
    select
        'response_quality' as table_code,
        'item ' || flag_code as item,
    from {{ ref('flags') }}
    where kind = 'response'
),

counted as (
    select * from stepped
    union all
    select * from marked
),

filled as (
    select
        possible.table_code,
        received.survey_code,
        received.wave_code,
        received.place,
        possible.item,
        coalesce(counted.n, 0) as n,
        received.n_received,
    from received
    cross join possible
    left join counted using (table_code, survey_code, wave_code, place, item)
    -- Flags overlap: they add up to nothing.
    union all
    select
        'response_overview' as table_code,
        survey_code,
        wave_code,
        place,
        'total' as item,
        n_received as n,
        n_received,
    from received
)

select * from filled
order by all
