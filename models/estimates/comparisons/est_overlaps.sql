with parts_of_a_total as (
    select
        comparisons.pair_id,
        domain.cell_id,
        sum(domain.n_answers)::bigint as n_both,
        sum(domain.sum_d2) as sum_d2,
        sum(domain.sum_d2y) as sum_d2_a,
        sum(domain.sum_d2y) as sum_d2_b,
        sum(domain.sum_d2yy) as sum_d2_ab,
    from {{ ref('est_comparisons') }} as comparisons
    inner join {{ ref('est_domain_cells') }} as domain
        on
            comparisons.domain_id_a = domain.domain_id
            and comparisons.measure_id = domain.measure_id
    where comparisons.comparison_kind = 'total'
    group by comparisons.pair_id, domain.cell_id
),

answers_of_one_person as (
    select
        comparisons.pair_id,
        joint.* exclude (domain_id, answer_pair_code),
    from {{ ref('est_comparisons') }} as comparisons
    inner join {{ ref('est_joint_cells') }} as joint using (answer_pair_code)
    where comparisons.domain_id_a = joint.domain_id
),

-- Added up before measures are made of them: few cells and answers, many profiles.
shared_answers as (
    select
        shared.domain_id_a,
        shared.domain_id_b,
        shared.cell_id,
        shared.survey_code,
        counts.answer_key,
        sum(counts.n_answers) as n_answers,
        sum(counts.sum_d2) as sum_d2,
    from {{ ref('est_shared_people') }} as shared
    inner join {{ ref('est_people_counts') }} as counts using (people_key)
    group by all
),

scored as (
    select
        shared.*,
        answers.is_base,
        measures.measure_id,
        {{ outcome('measures', 'answers.value_number', 'answers.option_code') }} as y,
    from shared_answers as shared
    inner join {{ ref('est_answers') }} as answers using (survey_code, answer_key)
    inner join {{ ref('est_measures') }} as measures using (survey_code, question_code)
),

groups_that_overlap as (
    select
        domain_id_a,
        domain_id_b,
        measure_id,
        cell_id,
        sum(n_answers) filter (where is_base)::bigint as n_both,
        sum(sum_d2) filter (where is_base) as sum_d2,
        coalesce(sum(sum_d2 * y) filter (where not is_base), 0) as sum_d2y,
        coalesce(sum(sum_d2 * y * y) filter (where not is_base), 0) as sum_d2yy,
    from scored
    group by domain_id_a, domain_id_b, measure_id, cell_id
),

unioned as (
    select * from parts_of_a_total
    union all
    select * from answers_of_one_person
    union all
    select
        comparisons.pair_id,
        shared.cell_id,
        shared.n_both,
        shared.sum_d2,
        shared.sum_d2y as sum_d2_a,
        shared.sum_d2y as sum_d2_b,
        shared.sum_d2yy as sum_d2_ab,
    from {{ ref('est_comparisons') }} as comparisons
    inner join groups_that_overlap as shared using (domain_id_a, domain_id_b, measure_id)
    where comparisons.may_overlap
)

select * from unioned
order by all
