-- A source and a step or flag can be called total: places and items are prefixed, sums are not.
with rows_received as (
    select
        survey_code,
        wave_code,
        response_status,
        n_respondents,
        unnest(['total', 'source ' || source_code]) as place,
    from {{ ref('wgt_respondent_counts') }}
),

received as (
    select
        survey_code,
        wave_code,
        place,
        sum(n_respondents)::bigint as n_received,
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
        sum(n_respondents)::bigint as n,
    from rows_received
    group by survey_code, wave_code, place, response_status
),

flagged as (
    select
        survey_code,
        wave_code,
        flag_code,
        n_respondents,
        unnest(['total', 'source ' || source_code]) as place,
    from {{ ref('est_delivery_flags') }}
),

marked as (
    select
        'response_quality' as table_code,
        survey_code,
        wave_code,
        place,
        'item ' || flag_code as item,
        sum(n_respondents)::bigint as n,
    from flagged
    group by survey_code, wave_code, place, flag_code
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
