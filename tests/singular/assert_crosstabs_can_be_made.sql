-- Both sides are of the survey, and two questions are crossed once: a crosstab holds row shares, so
-- the same two the other way around would tell what it withholds.
with declared as (
    select
        crosstab_code,
        survey_code,
        question_code,
        scheme_code,
        unnest([column_code, second_column_code]) as side_code,
    from {{ ref('crosstab_definitions') }}
),

sides as (
    select
        survey_code,
        segment_code as side_code,
    from {{ ref('segments') }}
    where attribute_code is not null
    union
    select
        survey_code,
        attribute_code as side_code,
    from {{ ref('attributes') }}
    union
    select
        survey_code,
        question_code as side_code,
    from {{ ref('questions') }}
    where is_reported
),

asked as (
    select
        declared.*,
        sides.side_code is null as is_unknown,
        questions.question_code is null as is_no_question,
        schemes.scheme_code is null and declared.scheme_code is not null as is_no_scheme,
    from declared
    left join sides using (survey_code, side_code)
    left join {{ ref('questions') }} as questions
        on
            declared.survey_code = questions.survey_code
            and declared.question_code = questions.question_code
            and questions.is_reported
    left join {{ ref('weighting_schemes') }} as schemes
        on
            declared.survey_code = schemes.survey_code
            and declared.scheme_code = schemes.scheme_code
    where declared.side_code is not null
),

problems as (
    select
        crosstab_code,
        side_code || ': no segment, attribute or reported question of the survey' as problem,
    from asked
    where is_unknown
    union
    select
        crosstab_code,
        question_code || ': no reported question of the survey' as problem,
    from asked
    where is_no_question
    union
    select
        crosstab_code,
        scheme_code || ': no weighting scheme of the survey' as problem,
    from asked
    where is_no_scheme
    union
    select
        a.crosstab_code,
        'crosses the questions of ' || b.crosstab_code || ' the other way around' as problem,
    from declared as a
    inner join declared as b
        on
            a.question_code = b.side_code
            and a.side_code = b.question_code
            and a.crosstab_code != b.crosstab_code
)

select * from problems
