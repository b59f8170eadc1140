with questions as (
    select * from {{ ref('research_questions') }}
),

scales as (
    select * from {{ ref('scales') }}
),

-- Of several codes with one reason the first number is the one in the file; * is in every list.
declared as (
    select
        questions.survey_code,
        questions.question_code,
        codes.missing_reason,
        arg_min(codes.label_nl, (try_cast(codes.answer_code as double), codes.answer_code))
            as label_nl,
        arg_min(codes.label_en, (try_cast(codes.answer_code as double), codes.answer_code))
            as label_en,
        min(try_cast(codes.answer_code as double)) as delivered_number,
    from questions
    inner join {{ ref('missing_codes') }} as codes
        on codes.option_set_code in (questions.option_set_code, '*')
    group by questions.survey_code, questions.question_code, codes.missing_reason
),

-- The numbers that valid answers can have: a missing code among them would read as an answer.
valid_numbers as (
    select
        questions.question_code,
        case
            when questions.scale_kind = 'multiple' then 0
            when questions.scale_kind = 'number' then scales.value_from
            else min(options.file_number)
        end as lowest,
        case
            when questions.scale_kind = 'multiple' then 1
            when questions.scale_kind = 'number' then scales.value_to
            else max(options.file_number)
        end as highest,
    from questions
    inner join scales using (scale_code)
    left join {{ ref('research_options') }} as options using (option_set_code)
    group by questions.question_code, questions.scale_kind, scales.value_from, scales.value_to
),

-- SPSS takes three separate missing values; with more, or with one that is no number of its own,
-- all are numbered downwards from below the valid answers, so that they are one range.
judged as (
    select
        declared.*,
        valid_numbers.lowest,
        count(*) over question <= 3
        and bool_and(
            coalesce(
                declared.delivered_number not between valid_numbers.lowest
                and valid_numbers.highest,
                false
            )
        ) over question
        and count(distinct declared.delivered_number) over question
        = count(*) over question as keeps_numbers,
        row_number() over (
            partition by declared.question_code order by declared.missing_reason
        ) as place,
    from declared
    inner join valid_numbers using (question_code)
    window question as (partition by declared.question_code)
),

coded as (
    select
        survey_code,
        question_code,
        missing_reason,
        if(
            keeps_numbers,
            delivered_number,
            least(floor(lowest), 0) - place
        )::double as file_number,
        label_nl,
        label_en,
    from judged
)

select * from coded
