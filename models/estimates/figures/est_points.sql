with summed as (
    select
        domain.domain_id,
        domain.measure_id,
        sum(domain.n_answers)::bigint as n_answers,
        sum(domain.n_positive)::bigint as n_positive,
        sum(domain.n_minus)::bigint as n_minus,
        -- Who gave no answer that counts has y = 0.
        least(
            min(domain.min_y), if(sum(domain.n_positive) < sum(domain.n_answers), 0, null)
        ) as min_y,
        greatest(
            max(domain.max_y), if(sum(domain.n_positive) < sum(domain.n_answers), 0, null)
        ) as max_y,
        list_sort(list(distinct cells.stratum)) as strata,
        sum(cells.factor * domain.sum_d) as sum_w,
        sum(cells.factor * cells.factor * domain.sum_d2) as sum_w2,
        sum(cells.factor * domain.sum_dy) as sum_wy,
        sum(cells.factor * domain.sum_dyy) as sum_wyy,
    from {{ ref('est_domain_cells') }} as domain
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    group by domain.domain_id, domain.measure_id
),

-- Where a scheme knows none, a stratum is one.
clustered as (
    select
        domain_id,
        measure_id,
        count(*) as n_clusters,
    from {{ ref('est_domain_clusters') }}
    group by domain_id, measure_id
),

named as (
    select
        measures.survey_code,
        domains.scheme_code,
        domains.wave_code,
        domains.segment_code,
        domains.segment_value,
        domains.second_segment_value,
        summed.*,
        clustered.n_clusters,
    from summed
    inner join clustered using (domain_id, measure_id)
    inner join (
        select distinct
            domain_id,
            scheme_code,
            wave_code,
            segment_code,
            segment_value,
            second_segment_value,
        from {{ ref('est_places') }}
    ) as domains using (domain_id)
    inner join {{ ref('est_figure_measures') }} as measures using (measure_id)
),

estimated as (
    select
        row_number() over (
            order by
                scheme_code, wave_code, segment_code, segment_value, second_segment_value,
                measure_id
        ) as point_id,
        *,
        len(strata) as n_strata,
        -- Equal answers have no spread, whatever is left of it after rounding.
        min_y = max_y as is_uniform,
        if(min_y = max_y, max_y, sum_wy / sum_w) as estimate,
        if(
            min_y = max_y,
            0,
            greatest(sum_wyy / sum_w - power(sum_wy / sum_w, 2), 0) / n_answers
        ) as simple_variance,
        {{ kish_effective_n('sum_w', 'sum_w2') }} as n_effective,
    from named
)

select * from estimated
order by point_id
