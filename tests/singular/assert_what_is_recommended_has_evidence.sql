-- What applies stands on enough rows that support it, one of them about the problem itself.
select
    judged.recommendation_code,
    judged.segment_code,
    judged.segment_value,
    count(*) filter (where evidence.verdict = 'supports') as n_supporting,
from {{ ref('recommendations') }} as judged
left join {{ ref('recommendation_evidence') }} as evidence
    using (survey_code, segment_code, segment_value, recommendation_code)
where judged.status = 'applies'
group by all
having
    count(*) filter (where evidence.verdict = 'supports') < max(judged.min_evidence)
    or count(*) filter (where evidence.verdict = 'supports' and evidence.is_core) = 0
