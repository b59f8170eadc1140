with bases as (
    select
        points.survey_code,
        points.scheme_code,
        points.wave_code,
        points.segment_code,
        points.segment_value,
        measures.question_code,
        min(points.n_answers) as n_answers,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    group by all
),

classes as (
    select
        counts.scheme_code,
        counts.wave_code,
        counts.segment_code,
        counts.segment_value,
        counts.question_code,
        coalesce(counts.option_code, counts.value_number::varchar) as answer,
        counts.cell_id,
        cells.stratum,
        counts.cluster_code,
        sum(counts.sum_d) as sum_d,
        sum(counts.sum_d2) as sum_d2,
    from {{ ref('est_cell_counts') }} as counts
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    inner join {{ ref('questions') }} as questions
        on
            counts.question_code = questions.question_code
            and counts.survey_code = questions.survey_code
    inner join {{ ref('scales') }} as scales using (scale_code)
    inner join bases
        on
            counts.scheme_code = bases.scheme_code
            and counts.wave_code = bases.wave_code
            and counts.segment_code = bases.segment_code
            and counts.segment_value = bases.segment_value
            and counts.question_code = bases.question_code
    inner join {{ ref('surveys') }} as surveys on bases.survey_code = surveys.survey_code
    where
        scales.is_categorical
        and not counts.is_base
        and counts.segment_code != 'total'
        and bases.n_answers >= surveys.min_base_n
    group by all
)

select * from classes
order by all
