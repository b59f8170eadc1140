-- Who gave b of those who gave a is, with how many gave each, who gave a of those who gave b.
with answers as (
    select
        figures.figure_id,
        figures.survey_code,
        figures.wave_code,
        figures.question_code,
        measures.option_code,
        segments.attribute_code,
        segments.second_attribute_code,
        figures.segment_value,
        figures.second_segment_value,
    from {{ ref('est_figures') }} as figures
    inner join {{ ref('est_figure_measures') }} as measures using (survey_code, measure_id)
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    where figures.kind = 'option'
),

sides as (
    {{ group_sides('answers') }}
),

of_answers as (
    select
        sides.*,
        attributes.question_code as side_question,
    from sides
    inner join {{ ref('attributes') }} as attributes
        on
            sides.survey_code = attributes.survey_code
            and sides.side_code = attributes.attribute_code
    inner join {{ ref('questions') }} as questions
        on
            sides.survey_code = questions.survey_code
            and sides.question_code = questions.question_code
    inner join {{ ref('scales') }} as scales using (scale_code)
    where
        attributes.kind = 'question'
        -- Who gave one answer gave no other: nobody needs to be told.
        and (scales.kind = 'multiple' or sides.question_code != attributes.question_code)
),

mirrored as (
    select
        a.figure_id,
        b.figure_id as mirror_id,
    from of_answers as a
    inner join of_answers as b
        on
            a.survey_code = b.survey_code
            and a.wave_code = b.wave_code
            and a.question_code = b.side_question
            and a.option_code = b.side_value
            and a.side_question = b.question_code
            and a.side_value = b.option_code
            and a.beside_code is not distinct from b.beside_code
            and a.beside_value is not distinct from b.beside_value
    where a.figure_id != b.figure_id
)

select * from mirrored
order by figure_id, mirror_id
