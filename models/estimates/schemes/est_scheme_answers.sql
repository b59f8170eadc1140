with headlines as (
    select measures.*
    from {{ ref('est_measures') }} as measures
    inner join {{ ref('questions') }} as questions using (survey_code, question_code)
    where measures.statistic = questions.headline_statistic
),

given as (
    select
        counts.wave_code,
        counts.profile_key,
        headlines.measure_id,
        counts.is_base,
        if(
            counts.is_base, 0,
            {{ outcome('headlines', 'counts.value_number', 'counts.option_code') }}
        ) as y,
        sum(counts.n_answers) as n,
        sum(counts.sum_d) as sum_d,
        sum(counts.sum_d2) as sum_d2,
    from {{ ref('est_answer_counts') }} as counts
    inner join headlines using (survey_code, question_code)
    where counts.attribute_code is null
    group by all
),

scored as (
    select * from given
    where is_base or y is distinct from 0
),

-- People alike: who gave this answer; who answered otherwise (y 0): the base without those; and who
-- is in no base (no y): everybody without the base, and an answer without a number.
moved as (
    select
        * exclude (is_base, y),
        y,
        1 as sign,
    from scored
    where not is_base
    union all
    select
        * exclude (is_base, y),
        0 as y,
        if(is_base, 1, -1) as sign,
    from scored
    union all
    select
        * exclude (is_base, y),
        null as y,
        -1 as sign,
    from scored
    where is_base
),

placed as (
    select
        pairs.scheme_code,
        pairs.wave_code,
        moved.measure_id,
        pairs.cell_id,
        pairs.default_cell_id,
        moved.y,
        moved.sign * moved.n as n,
        moved.sign * moved.sum_d as sum_d,
        moved.sign * moved.sum_d2 as sum_d2,
    from moved
    inner join {{ ref('est_scheme_pairs') }} as pairs using (wave_code, profile_key)
    union all
    select
        pairs.scheme_code,
        pairs.wave_code,
        headlines.measure_id,
        pairs.cell_id,
        pairs.default_cell_id,
        null as y,
        pairs.n_respondents as n,
        pairs.sum_d,
        pairs.sum_d2,
    from {{ ref('est_scheme_pairs') }} as pairs
    inner join headlines using (survey_code)
),

summed as (
    select
        scheme_code,
        wave_code,
        measure_id,
        cell_id,
        default_cell_id,
        y,
        sum(n)::bigint as n,
        sum(sum_d) as sum_d,
        sum(sum_d2) as sum_d2,
    from placed
    group by all
)

select * from summed
where n > 0
order by all
