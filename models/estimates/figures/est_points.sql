with summed as (
    select
        domain.domain_id,
        domain.measure_id,
        sum(domain.n_answers) as n_answers,
        sum(domain.n_positive) as n_positive,
        count(distinct cells.stratum) as n_strata,
        count(distinct concat_ws('|', cells.stratum, domain.cluster_code)) as n_clusters,
        sum(cells.factor * domain.sum_d) as sum_w,
        sum(cells.factor * cells.factor * domain.sum_d2) as sum_w2,
        sum(cells.factor * domain.sum_dy) as sum_wy,
        sum(cells.factor * domain.sum_dyy) as sum_wyy,
    from {{ ref('est_domain_cells') }} as domain
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    group by domain.domain_id, domain.measure_id
),

named as (
    select
        measures.survey_code,
        domains.scheme_code,
        domains.wave_code,
        domains.segment_code,
        domains.segment_value,
        summed.*,
    from summed
    inner join (
        select distinct
            domain_id,
            scheme_code,
            wave_code,
            segment_code,
            segment_value,
        from {{ ref('est_places') }}
    ) as domains using (domain_id)
    inner join {{ ref('est_measures') }} as measures using (measure_id)
),

estimated as (
    select
        row_number() over (
            order by scheme_code, wave_code, segment_code, segment_value, measure_id
        ) as point_id,
        *,
        sum_wy / sum_w as estimate,
        greatest(sum_wyy / sum_w - power(sum_wy / sum_w, 2), 0) / n_answers as simple_variance,
        {{ kish_effective_n('sum_w', 'sum_w2') }} as n_effective,
    from named
)

select * from estimated
order by point_id
