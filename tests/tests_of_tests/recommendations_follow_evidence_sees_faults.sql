-- Two rules support (one core, which falls at a quarter of the base; the other at 0.65), one
-- contradicts, one is open; two are asked for. Planted, beside a right one: each count, a status
-- that denies, one that applies without core support, another number that overturns it, and a part
-- of the base under and above that at which it falls.
with evidence as (
    select
        's' as survey_code,
        'total' as segment_code,
        'total' as segment_value,
        recommendations.recommendation_code,
        rules.verdict,
        rules.is_core and recommendations.recommendation_code != 'no core' as is_core,
        400 as n_answers,
        rules.n_at_threshold,
    from (
        values ('right'), ('supporting'), ('contradicting'), ('open'), ('denied'), ('no core'),
        ('overturned'), ('early'), ('late')
    ) as recommendations (recommendation_code)
    cross join (
        values
        ('supports', true, 100),
        ('supports', false, 260),
        ('contradicts', false, 20),
        ('not_shown', false, null)
    ) as rules (verdict, is_core, n_at_threshold)
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
        case recommendation_code when 'denied' then null when 'overturned' then 2 else 1 end
            as n_to_overturn,
        case recommendation_code
            when 'denied' then null
            when 'early' then 0.25
            when 'late' then 0.9
            else 0.65
        end as base_share_at_fall,
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
