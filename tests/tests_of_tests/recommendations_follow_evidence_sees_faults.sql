-- Two rules support (one core), one contradicts, one is open; two are asked for. Planted, beside a
-- right one: each count, a status that denies and one that applies without core support (d).
with evidence as (
    select
        's' as survey_code,
        'total' as segment_code,
        'total' as segment_value,
        recommendations.recommendation_code,
        rules.verdict,
        rules.is_core and recommendations.recommendation_code != 'no core' as is_core,
    from (
        values ('right'), ('supporting'), ('contradicting'), ('open'), ('denied'), ('no core')
    ) as recommendations (recommendation_code)
    cross join (
        values ('supports', true), ('supports', false), ('contradicts', false), ('not_shown', false)
    ) as rules (verdict, is_core)
),

planted as (
    select distinct
        survey_code,
        segment_code,
        segment_value,
        recommendation_code,
        2 as min_evidence,
        if(recommendation_code = 'supporting', 3, 2) as n_supporting,
        if(recommendation_code = 'contradicting', 0, 1) as n_contradicting,
        if(recommendation_code = 'open', 2, 1) as n_open,
        if(recommendation_code = 'denied', 'too_little_data', 'applies') as status,
    from evidence
),

flagged as (
    {{ test_recommendations_follow_evidence('planted', evidence='evidence') }}
),

expected as (
    select recommendation_code from planted
    where recommendation_code != 'right'
)

(select recommendation_code from flagged except select recommendation_code from expected)
union all
(select recommendation_code from expected except select recommendation_code from flagged)
