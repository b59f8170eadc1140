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

-- And who is in no base (no y): everybody without the base, and an answer without a number.
alike as (
    {{ people_alike('given') }}
    union all by name
    select * exclude (is_base) replace (-n as n, -sum_d as sum_d, -sum_d2 as sum_d2, null as y)
    from given
    where is_base
),

placed as (
    select
        pairs.scheme_code,
        pairs.wave_code,
        alike.measure_id,
        pairs.cell_id,
        pairs.default_cell_id,
        alike.y,
        alike.n,
        alike.sum_d,
        alike.sum_d2,
    from alike
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
