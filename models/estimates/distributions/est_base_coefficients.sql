-- What the margins explain of having answered at all: a number of residents knows how sure that is.
with bases as (
    select
        points.domain_id,
        measures.question_code,
        min(points.measure_id) as measure_id,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_figure_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    where schemes.is_default and measures.kind in ('range', 'option')
    group by points.domain_id, measures.question_code
),

levels as (
    {{ calibration_levels() }}
),

cell_levels as (
    {{ calibration_cell_levels('levels') }}
),

level_sums as (
    select
        bases.domain_id,
        bases.question_code,
        bases.measure_id,
        cell_levels.level_id,
        sum(domain.sum_d) as sum_d,
    from bases
    inner join {{ ref('est_domain_cells') }} as domain using (domain_id, measure_id)
    inner join cell_levels using (cell_id)
    group by all
),

coefficients as (
    {{ calibration_coefficients(
        'levels', 'level_sums', ['domain_id', 'question_code', 'measure_id'], 'sum_d'
    ) }}
),

-- A scheme without margins has bases and no coefficients.
joined as (
    select
        bases.*,
        coefficients.* exclude (domain_id, question_code, measure_id),
    from bases
    left join coefficients using (domain_id, question_code, measure_id)
)

select * from joined
order by all
