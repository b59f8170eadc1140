with measured as (
    select
        answers.answer_id,
        answers.is_base,
        measures.measure_id,
        measures.is_distribution,
        {{ outcome('measures', 'answers.value_number', 'answers.option_code') }} as y,
    from {{ ref('est_answers') }} as answers
    inner join {{ ref('est_figure_measures') }} as measures
        using (survey_code, question_code)
),

-- Every answer in every scheme would double the night. A count is a bigint: sum() gives a hugeint,
-- which takes DuckDB ten times as long to read as all the other columns together.
counts as (
    select
        cell_counts.*,
        schemes.is_default as has_distribution,
    from {{ ref('est_cell_counts') }} as cell_counts
    inner join {{ ref('est_places') }} using (place_id)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
),

sums as (
    select
        counts.place_id,
        measured.measure_id,
        sum(counts.n_answers) filter (where measured.y is not null)::bigint as n_positive,
        sum(counts.n_answers) filter (where measured.y < 0)::bigint as n_minus,
        sum(counts.n_answers) filter (where measured.y is null)::bigint as n_without,
        sum(counts.sum_d) filter (where measured.y is null) as sum_d_without,
        sum(counts.sum_d2) filter (where measured.y is null) as sum_d2_without,
        min(measured.y) as min_y,
        max(measured.y) as max_y,
        sum(counts.sum_d * measured.y) as sum_dy,
        sum(counts.sum_d * measured.y * measured.y) as sum_dyy,
        sum(counts.sum_d2 * measured.y) as sum_d2y,
        sum(counts.sum_d2 * measured.y * measured.y) as sum_d2yy,
    from counts
    inner join measured using (answer_id)
    where
        not measured.is_base
        and measured.y is distinct from 0
        and (counts.has_distribution or not measured.is_distribution)
    group by counts.place_id, measured.measure_id
),

bases as (
    select
        counts.place_id,
        measured.measure_id,
        counts.n_answers,
        counts.sum_d,
        counts.sum_d2,
    from counts
    inner join measured using (answer_id)
    where measured.is_base and (counts.has_distribution or not measured.is_distribution)
),

-- An answer without a number is no 0: it is in no base (and a test stops the night).
joined as (
    select
        bases.place_id,
        places.domain_id,
        bases.measure_id,
        places.cell_id,
        places.cluster_code,
        bases.n_answers - coalesce(sums.n_without, 0) as n_answers,
        bases.sum_d - coalesce(sums.sum_d_without, 0) as sum_d,
        bases.sum_d2 - coalesce(sums.sum_d2_without, 0) as sum_d2,
        coalesce(sums.n_positive, 0) as n_positive,
        coalesce(sums.n_minus, 0) as n_minus,
        sums.min_y,
        sums.max_y,
        coalesce(sums.sum_dy, 0) as sum_dy,
        coalesce(sums.sum_dyy, 0) as sum_dyy,
        coalesce(sums.sum_d2y, 0) as sum_d2y,
        coalesce(sums.sum_d2yy, 0) as sum_d2yy,
    from bases
    inner join {{ ref('est_places') }} as places using (place_id)
    left join sums using (place_id, measure_id)
    where bases.n_answers > coalesce(sums.n_without, 0)
)

select * exclude (place_id)
from joined
order by place_id, measure_id
