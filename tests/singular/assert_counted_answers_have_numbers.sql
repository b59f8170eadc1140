-- A missing number is never 0: an answer that is counted under a mean, range or net has one.
select
    measures.survey_code,
    measures.question_code,
    measures.statistic,
    answers.option_code,
from {{ ref('est_answers') }} as answers
inner join {{ ref('est_measures') }} as measures using (survey_code, question_code)
where
    not answers.is_base
    and {{ outcome('measures', 'answers.value_number', 'answers.option_code') }} is null
