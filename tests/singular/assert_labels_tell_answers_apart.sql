-- Labels are compared without capitals: two answers with one label would both be counted for it.
with labels as (
    select
        questions.question_code,
        options.option_set_code,
        lower(trim(options.label_nl)) as label,
        'option ' || options.option_code as answer,
    from {{ ref('questions') }} as questions
    inner join {{ ref('options') }} as options using (option_set_code)
    union all
    select
        questions.question_code,
        missing.option_set_code,
        lower(trim(missing.label_nl)) as label,
        'missing code ' || missing.answer_code as answer,
    from {{ ref('questions') }} as questions
    inner join {{ ref('missing_codes') }} as missing using (option_set_code)
    where missing.label_nl is not null
)

select
    labels.option_set_code,
    labels.label,
    string_agg(distinct labels.answer, ', ' order by labels.answer) as answers,
    'two answers of one label: keep one in options.csv or missing_codes.csv, and write other '
    || 'spellings as a row of code_fixes.csv' as problem,
from labels
inner join {{ ref('bindings') }} as bindings using (question_code)
where bindings.match_by = 'label'
group by labels.option_set_code, labels.label
having count(distinct labels.answer) > 1
