-- A norm or threshold beyond what the figure can be is never reached, or always: 80 % is 0.8, and a
-- speeder takes a share of the median time.
with kpis as (
    select
        'kpi_definitions.csv, ' || kpis.kpi_code as place,
        kpis.norm as given,
        units.value_from as lowest,
        units.value_to as highest,
    from {{ ref('kpi_definitions') }} as kpis
    inner join {{ ref('kpi_units') }} as units using (unit)
),

recommended as (
    select
        'recommendation_rules.csv, ' || rules.recommendation_code || ' ' || rules.rule_code
            as place,
        rules.threshold as given,
        case parts.kind
            when 'mean' then scales.value_from
            when 'net' then -1
            else 0
        end as lowest,
        case parts.kind
            when 'mean' then scales.value_to
            else 1
        end as highest,
    from {{ ref('recommendation_rules') }} as rules
    inner join {{ ref('questions') }} as questions using (survey_code, question_code)
    inner join {{ ref('scale_statistics') }} as parts
        on questions.scale_code = parts.scale_code and rules.statistic = parts.statistic
    inner join {{ ref('scales') }} as scales on questions.scale_code = scales.scale_code
),

suspicious as (
    select
        'response_rules.csv, ' || survey_code || ' ' || rule_code as place,
        threshold as given,
        if(rule_code = 'speeder', 0, 2) as lowest,
        if(rule_code = 'speeder', 1, null) as highest,
    from {{ ref('response_rules') }}
),

asked as (
    select * from kpis
    union all by name
    select * from recommended
    union all by name
    select * from suspicious
)

select
    place,
    given,
    lowest,
    highest,
from asked
where given < lowest or given > highest
order by place
