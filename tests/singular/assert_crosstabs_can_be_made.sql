-- Both sides are of the survey, and two questions are crossed once: a crosstab holds row shares, so
-- the same two the other way around would tell what it withholds. Groups made of the answers to a
-- question are those answers.
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

made_of as (
    select
        attributes.survey_code,
        attributes.attribute_code as side_code,
        attributes.question_code,
    from {{ ref('attributes') }} as attributes
    where attributes.kind = 'question'
    union
    select
        segments.survey_code,
        segments.segment_code as side_code,
        attributes.question_code,
    from {{ ref('segments') }} as segments
    inner join {{ ref('attributes') }} as attributes
        on
            segments.survey_code = attributes.survey_code
            and attributes.attribute_code in (
                segments.attribute_code, segments.second_attribute_code
            )
    where attributes.kind = 'question'
),

crossed as (
    select
        declared.crosstab_code,
        declared.question_code,
        coalesce(made_of.question_code, declared.side_code) as side_question,
    from declared
    left join made_of using (survey_code, side_code)
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
    from crossed as a
    inner join crossed as b
        on
            a.question_code = b.side_question
            and a.side_question = b.question_code
            and a.crosstab_code != b.crosstab_code
)

select * from problems
