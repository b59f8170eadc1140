{{ config(materialized='view') }}

with questions_as_attributes as (
    select
        survey_code,
        question_code,
        min(attribute_code) as attribute_code,
    from {{ ref('attributes') }}
    where kind = 'question'
    group by survey_code, question_code
),

columns_asked as (
    select
        survey_code,
        question_code,
        unnest([column_code, second_column_code]) as column_code,
    from {{ ref('crosstab_definitions') }}
),

-- Answers that an attribute is made of are its groups; a question by itself stays one.
named as (
    select
        columns_asked.survey_code,
        columns_asked.question_code,
        if(
            columns_asked.column_code = columns_asked.question_code,
            columns_asked.column_code,
            coalesce(questions_as_attributes.attribute_code, columns_asked.column_code)
        ) as column_code,
    from columns_asked
    left join questions_as_attributes
        on
            columns_asked.survey_code = questions_as_attributes.survey_code
            and columns_asked.column_code = questions_as_attributes.question_code
    where columns_asked.column_code is not null
),

unfolded as (
    select
        named.survey_code,
        named.question_code,
        unnest(
            if(
                segments.attribute_code is null,
                [named.column_code],
                [segments.attribute_code, segments.second_attribute_code]
            )
        ) as side_code,
    from named
    left join {{ ref('segments') }} as segments
        on
            named.survey_code = segments.survey_code
            and named.column_code = segments.segment_code
),

sides as (
    select
        unfolded.survey_code,
        unfolded.question_code,
        if(attributes.attribute_code is null, 'question', 'attribute') as kind,
        unfolded.side_code,
    from unfolded
    left join {{ ref('attributes') }} as attributes
        on
            unfolded.survey_code = attributes.survey_code
            and unfolded.side_code = attributes.attribute_code
    -- Groups of the profile are known of every profile.
    where
        unfolded.side_code is not null
        and (attributes.attribute_code is null or attributes.is_segment_only)
    union
    select
        survey_code,
        question_code,
        'question' as kind,
        question_code as side_code,
    from {{ ref('crosstab_definitions') }}
),

placed as (
    select
        *,
        row_number() over (
            partition by survey_code, question_code
            order by kind != 'question' or side_code != question_code, kind, side_code
        ) as position,
        count(*) over (partition by survey_code, question_code) as n_sides,
    from sides
)

select * from placed
