-- A test of a table in which figures are withheld would be an equation more between them.
with reasons as (
    select * from {{ ref('est_withheld_figures') }}
    union all
    select * from {{ ref('est_withheld_answers') }}
),

shown as (
    select
        figures.survey_code,
        figures.wave_code,
        figures.segment_code,
        figures.segment_value,
        figures.second_segment_value,
        figures.question_code,
    from {{ ref('est_figures') }} as figures
    left join reasons using (figure_id)
    where figures.is_distribution or figures.kind = 'option'
    group by all
    having bool_and(reasons.figure_id is null)
),

classes as (
    select
        places.scheme_code,
        places.wave_code,
        places.segment_code,
        concat_ws(chr(31), places.segment_value, places.second_segment_value) as segment_value,
        answers.question_code,
        if(scales.kind = 'number', answers.value_number::varchar, answers.option_code) as answer,
        places.cell_id,
        cells.stratum,
        places.cluster_code,
        sum(counts.sum_d) as sum_d,
        sum(counts.sum_d2) as sum_d2,
    from {{ ref('est_cell_counts') }} as counts
    inner join {{ ref('est_answers') }} as answers using (answer_id)
    inner join {{ ref('est_places') }} as places using (place_id)
    inner join {{ ref('est_cells') }} as cells on places.cell_id = cells.cell_id
    inner join {{ ref('questions') }} as questions
        on
            answers.question_code = questions.question_code
            and answers.survey_code = questions.survey_code
    inner join {{ ref('scales') }} as scales using (scale_code)
    inner join shown
        on
            answers.survey_code = shown.survey_code
            and places.wave_code = shown.wave_code
            and {{ same_group('places', 'shown') }}
            and answers.question_code = shown.question_code
    inner join {{ ref('est_segments') }} as segments
        on
            shown.survey_code = segments.survey_code
            and shown.segment_code = segments.segment_code
    where
        scales.is_categorical
        and not answers.is_base
        -- Everybody is no division, and groups that share people make no table.
        and not segments.is_total
        and not segments.is_overlapping
    group by all
)

select * from classes
order by all
