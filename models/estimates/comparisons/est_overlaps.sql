{%- set answer = ['survey_code', 'question_code', 'is_base', 'option_code', 'value_number'] -%}
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

-- People in two groups at once: the profile lies in both, whole or with who gave both answers.
shared_profiles as (
    select
        domains.domain_id_a,
        domains.domain_id_b,
        a.cell_id,
        a.wave_code,
        a.profile_key,
        coalesce(a.counted_attribute_code, b.counted_attribute_code) as counted_attribute_code,
        least(a.counted_level_code, b.counted_level_code) as counted_level_code,
        nullif(
            greatest(a.counted_level_code, b.counted_level_code),
            least(a.counted_level_code, b.counted_level_code)
        ) as second_level_code,
    from (
        select distinct
            domain_id_a,
            domain_id_b,
        from {{ ref('est_comparisons') }}
        where may_overlap
    ) as domains
    inner join {{ ref('est_profile_places') }} as a on domains.domain_id_a = a.domain_id
    inner join {{ ref('est_profile_places') }} as b
        on
            domains.domain_id_b = b.domain_id
            and a.wave_code = b.wave_code
            and a.profile_key = b.profile_key
),

-- Added up before measures are made of them: few cells and answers, many profiles.
shared_answers as (
    select
        shared.domain_id_a,
        shared.domain_id_b,
        shared.cell_id,
        {% for column in answer -%}
            counts.{{ column }},
        {% endfor -%}
        sum(counts.n_answers) as n_answers,
        sum(counts.sum_d2) as sum_d2,
    from shared_profiles as shared
    inner join {{ ref('est_answer_counts') }} as counts
        on
            {{ counted_people('counts', 'shared') }}
            and counts.second_level_code is not distinct from shared.second_level_code
    group by all
),

scored as (
    select
        shared.*,
        measures.measure_id,
        {{ outcome('measures', 'shared.value_number', 'shared.option_code') }} as y,
    from shared_answers as shared
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
