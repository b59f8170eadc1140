with bases as (
    select distinct
        domain_id,
        question_code,
        measure_id,
    from {{ ref('est_base_coefficients') }}
),

answered as (
    select
        bases.domain_id,
        bases.question_code,
        domain.cell_id,
        sum(domain.sum_d) as sum_d,
        sum(domain.sum_d2) as sum_d2,
    from bases
    inner join {{ ref('est_domain_cells') }} as domain using (domain_id, measure_id)
    group by bases.domain_id, bases.question_code, domain.cell_id
),

fitted as (
    {{ calibration_fit(ref('est_base_coefficients'), ['domain_id', 'question_code']) }}
),

joined as (
    select
        domain_id,
        question_code,
        cell_id,
        coalesce(answered.sum_d, 0) as sum_d,
        coalesce(answered.sum_d2, 0) as sum_d2,
        coalesce(fitted.fit, 0) as fit,
    from answered
    full join fitted using (domain_id, question_code, cell_id)
)

select * from joined
order by all
