with measured as (
    {{ measured_answers() }}
),

counts as (
    select
        places.domain_id,
        cells.stratum,
        places.cluster_code,
        cell_counts.answer_id,
        schemes.is_default as has_distribution,
        sum(cell_counts.n_answers)::bigint as n_answers,
        sum(cells.factor * cell_counts.sum_d) as sum_w,
    from {{ ref('est_cell_counts') }} as cell_counts
    inner join {{ ref('est_places') }} as places using (place_id)
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    inner join {{ ref('weighting_schemes') }} as schemes
        on places.scheme_code = schemes.scheme_code
    group by all
),

summed as (
    select
        counts.domain_id,
        measured.measure_id,
        counts.stratum,
        counts.cluster_code,
        sum(counts.n_answers * measured.in_base)::bigint as n_answers,
        sum(counts.sum_w * measured.in_base) as sum_w,
        sum(counts.sum_w * measured.y) as sum_wy,
    from counts
    inner join measured using (answer_id)
    where counts.has_distribution or not measured.is_distribution
    group by counts.domain_id, measured.measure_id, counts.stratum, counts.cluster_code
)

select * exclude (n_answers)
from summed
where n_answers > 0
order by domain_id, measure_id, stratum, cluster_code
