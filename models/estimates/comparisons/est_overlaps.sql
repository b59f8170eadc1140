with parts_of_a_total as (
    select
        comparisons.pair_id,
        domain.cell_id,
        sum(domain.n_answers) as n_both,
        sum(domain.sum_d2) as sum_d2,
        sum(domain.sum_d2y) as sum_d2_a,
        sum(domain.sum_d2y) as sum_d2_b,
        sum(domain.sum_d2yy) as sum_d2_ab,
    from {{ ref('est_comparisons') }} as comparisons
    inner join {{ ref('est_points') }} as parts on comparisons.point_id_a = parts.point_id
    inner join {{ ref('est_domain_cells') }} as domain
        on
            parts.domain_id = domain.domain_id
            and parts.measure_id = domain.measure_id
    where comparisons.comparison_kind = 'total'
    group by comparisons.pair_id, domain.cell_id
),

answers_of_one_person as (
    select
        comparisons.pair_id,
        joint.cell_id,
        joint.n_both,
        joint.sum_d2,
        joint.sum_d2_a,
        joint.sum_d2_b,
        joint.sum_d2_ab,
    from {{ ref('est_comparisons') }} as comparisons
    inner join {{ ref('est_joint_cells') }} as joint
        on
            comparisons.answer_pair_code = joint.answer_pair_code
            and comparisons.scheme_code = joint.scheme_code
            and comparisons.wave_code = joint.wave_code
            and comparisons.segment_code = joint.segment_code
            and comparisons.segment_value_a = joint.segment_value
),

unioned as (
    select * from parts_of_a_total
    union all
    select * from answers_of_one_person
)

select * from unioned
order by all
