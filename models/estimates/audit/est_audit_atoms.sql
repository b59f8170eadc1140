with figures as (
    select * from {{ ref('est_audited_figures') }}
),

scored as (
    select
        figures.point_id,
        places.cell_id,
        answers.is_base,
        if(
            answers.is_base, 0,
            {{ outcome('measures', 'answers.value_number', 'answers.option_code') }}
        ) as y,
        counts.n_answers,
        counts.sum_d,
        counts.sum_d2,
    from figures
    inner join {{ ref('est_measures') }} as measures using (measure_id)
    inner join {{ ref('est_places') }} as places on figures.domain_id = places.domain_id
    inner join {{ ref('est_cell_counts') }} as counts on places.place_id = counts.place_id
    inner join {{ ref('est_answers') }} as answers
        on
            counts.answer_id = answers.answer_id
            and figures.survey_code = answers.survey_code
            and figures.question_code = answers.question_code
),

-- People alike: who gave this answer, who answered otherwise (y 0), who is outside the figure.
gave as (
    select
        point_id,
        cell_id,
        y,
        sum(n_answers) as n,
        sum(sum_d) as sum_d,
        sum(sum_d2) as sum_d2,
    from scored
    where y is distinct from 0
    group by point_id, cell_id, y
),

bases as (
    select
        point_id,
        cell_id,
        sum(n_answers) as n,
        sum(sum_d) as sum_d,
        sum(sum_d2) as sum_d2,
    from scored
    where is_base
    group by point_id, cell_id
),

given as (
    select
        point_id,
        cell_id,
        sum(n) as n,
        sum(sum_d) as sum_d,
        sum(sum_d2) as sum_d2,
    from gave
    group by point_id, cell_id
),

atoms as (
    select
        point_id,
        cell_id,
        true as is_in_domain,
        y,
        n,
        sum_d,
        sum_d2,
    from gave
    union all
    select
        bases.point_id,
        bases.cell_id,
        true as is_in_domain,
        0 as y,
        bases.n - coalesce(given.n, 0) as n,
        bases.sum_d - coalesce(given.sum_d, 0) as sum_d,
        bases.sum_d2 - coalesce(given.sum_d2, 0) as sum_d2,
    from bases
    left join given using (point_id, cell_id)
    union all
    select
        figures.point_id,
        cells.cell_id,
        false as is_in_domain,
        0 as y,
        cells.n_respondents - coalesce(bases.n, 0) as n,
        cells.sum_d - coalesce(bases.sum_d, 0) as sum_d,
        cells.sum_d2 - coalesce(bases.sum_d2, 0) as sum_d2,
    from figures
    inner join {{ ref('est_cells') }} as cells using (scheme_code, wave_code)
    left join bases using (point_id, cell_id)
)

select * from atoms
where n > 0 and y is not null
order by all
