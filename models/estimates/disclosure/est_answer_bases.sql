-- The base of a question that only people who gave an answer are asked, or of a group of them,
-- tells how many gave it.
with recursive routes as (
    select
        survey_code,
        question_code,
        routing_question_code,
        routing_option_code,
    from {{ ref('questions') }}
    where routing_question_code is not null
    union
    -- Who is asked because of an answer to a question that was asked because of an answer.
    select
        routes.survey_code,
        routes.question_code,
        earlier.routing_question_code,
        earlier.routing_option_code,
    from routes
    inner join {{ ref('questions') }} as earlier
        on
            routes.survey_code = earlier.survey_code
            and routes.routing_question_code = earlier.question_code
    where earlier.routing_question_code is not null
),

figures as (
    select
        figures.*,
        segments.attribute_code,
        segments.second_attribute_code,
        measures.option_code,
    from {{ ref('est_figures') }} as figures
    inner join {{ ref('est_figure_measures') }} as measures using (survey_code, measure_id)
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    where not figures.is_distribution
),

shares as (
    select * from figures
    where kind = 'option'
),

asked as (
    select
        shares.figure_id,
        shares.n_positive,
        figures.figure_id as mirror_id,
        figures.n_answers,
    from shares
    inner join routes
        on
            shares.survey_code = routes.survey_code
            and shares.question_code = routes.routing_question_code
            and shares.option_code = routes.routing_option_code
    inner join figures
        on
            shares.wave_code = figures.wave_code
            and shares.group_id = figures.group_id
            and routes.question_code = figures.question_code
),

sides as (
    {{ group_sides('figures') }}
),

grouped as (
    select
        shares.figure_id,
        shares.n_positive,
        sides.figure_id as mirror_id,
        sides.n_answers,
    from sides
    inner join {{ ref('attributes') }} as attributes
        on
            sides.survey_code = attributes.survey_code
            and sides.side_code = attributes.attribute_code
            and attributes.kind = 'question'
    inner join shares
        on
            sides.survey_code = shares.survey_code
            and sides.wave_code = shares.wave_code
            and attributes.question_code = shares.question_code
            and sides.side_value = shares.option_code
            and sides.beside_code is not distinct from shares.attribute_code
            and sides.beside_value is not distinct from if(
                shares.attribute_code is null, null, shares.segment_value
            )
    where shares.second_attribute_code is null
),

unioned as (
    select * from asked
    union all
    select * from grouped
)

-- Of more who skipped the question the base leaves as many who may have given the answer.
select distinct
    figure_id,
    mirror_id,
from unioned
where figure_id != mirror_id and n_answers > n_positive - {{ threshold('min_cell_n') }}
order by figure_id, mirror_id
