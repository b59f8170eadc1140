with rules as (
    select * from {{ ref('response_rules') }}
),

respondents as (
    select
        respondents.*,
        medians.median_seconds,
    from {{ ref('stg_respondents') }} as respondents
    inner join {{ ref('wgt_source_medians') }} as medians using (wave_code, source_code)
),

speeders as (
    select
        respondents.delivery_key,
        respondents.row_number,
        rules.rule_code,
        rules.is_excluded,
    from respondents
    inner join rules using (survey_code)
    where
        rules.rule_code = 'speeder'
        and respondents.duration_seconds < rules.threshold * respondents.median_seconds
),

straight_liners as (
    select
        lines.delivery_key,
        lines.row_number,
        rules.rule_code,
        rules.is_excluded,
    from {{ ref('wgt_straight_lines') }} as lines
    inner join rules using (survey_code)
    where
        rules.rule_code = 'straight_liner'
        and lines.n_equal >= rules.threshold
),

unioned as (
    select * from speeders
    union
    select * from straight_liners
)

select * from unioned
