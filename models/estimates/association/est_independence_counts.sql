with bases as (
    select
        points.survey_code,
        points.scheme_code,
        points.wave_code,
        points.segment_code,
        points.segment_value,
        points.second_segment_value,
        measures.question_code,
        min(points.n_answers) as n_answers,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    group by all
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
    inner join bases
        on
            places.scheme_code = bases.scheme_code
            and places.wave_code = bases.wave_code
            and {{ same_group('places', 'bases') }}
            and answers.question_code = bases.question_code
    inner join {{ ref('est_segments') }} as segments
        on
            bases.survey_code = segments.survey_code
            and bases.segment_code = segments.segment_code
    inner join {{ ref('surveys') }} as surveys on bases.survey_code = surveys.survey_code
    where
        scales.is_categorical
        and not answers.is_base
        -- Everybody is no division, and groups that share people make no table.
        and not segments.is_total
        and not segments.is_overlapping
        and bases.n_answers >= surveys.min_base_n
    group by all
)

select * from classes
order by all
