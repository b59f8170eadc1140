-- Two answers of one person to a question of one answer would both count: shares that sum to more
-- than 1, and a mean that adds them. Counts tell: as many answers as people.
select
    counts.delivery_key,
    counts.question_code,
    sum(counts.n_answers) filter (where not counts.is_base) as n_answers,
    sum(counts.n_answers) filter (where counts.is_base) as n_people,
from {{ ref('est_answer_counts') }} as counts
inner join {{ ref('questions') }} as questions using (survey_code, question_code)
inner join {{ ref('scales') }} as scales using (scale_code)
where scales.kind in ('number', 'single')
group by counts.delivery_key, counts.question_code
having n_answers is distinct from n_people
