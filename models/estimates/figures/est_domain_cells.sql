with measured as (
    {{ measured_answers() }}
),

-- Clusters are no matter of cells: added up before measures are made, which are many. A count is a
-- bigint: sum() gives a hugeint, which takes DuckDB ten times as long to read as all the other
-- columns together.
counts as (
    select
        places.domain_id,
        places.cell_id,
        cell_counts.answer_id,
        schemes.is_default as has_distribution,
        sum(cell_counts.n_answers)::bigint as n_answers,
        sum(cell_counts.sum_d) as sum_d,
        sum(cell_counts.sum_d2) as sum_d2,
    from {{ ref('est_cell_counts') }} as cell_counts
    inner join {{ ref('est_places') }} as places using (place_id)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
    group by places.domain_id, places.cell_id, cell_counts.answer_id, schemes.is_default
),

-- Every answer in every scheme would double the night.
summed as (
    select
        counts.domain_id,
        measured.measure_id,
        counts.cell_id,
        sum(counts.n_answers * measured.in_base)::bigint as n_answers,
        sum(counts.sum_d * measured.in_base) as sum_d,
        sum(counts.sum_d2 * measured.in_base) as sum_d2,
        coalesce(sum(counts.n_answers) filter (where measured.y <> 0), 0)::bigint as n_positive,
        coalesce(sum(counts.n_answers) filter (where measured.y < 0), 0)::bigint as n_minus,
        min(measured.y) filter (where measured.y <> 0) as min_y,
        max(measured.y) filter (where measured.y <> 0) as max_y,
        sum(counts.sum_d * measured.y) as sum_dy,
        sum(counts.sum_d * measured.y * measured.y) as sum_dyy,
        sum(counts.sum_d2 * measured.y) as sum_d2y,
        sum(counts.sum_d2 * measured.y * measured.y) as sum_d2yy,
    from counts
    inner join measured using (answer_id)
    where counts.has_distribution or not measured.is_distribution
    group by counts.domain_id, measured.measure_id, counts.cell_id
)

select * from summed
where n_answers > 0
order by domain_id, measure_id, cell_id
