with headlines as (
    select
        segments.scheme_code,
        segments.segment_code,
        measures.*,
    from {{ ref('est_source_segments') }} as segments
    inner join {{ ref('est_measures') }} as measures using (survey_code)
    inner join {{ ref('questions') }} as questions using (survey_code, question_code)
    where measures.statistic = questions.headline_statistic
),

-- Where answers of a source are kept, and those of everybody (without a source). Materialized:
-- inlined without rows it is an internal error of DuckDB 1.5.6.
places as materialized (
    select
        headlines.* exclude (segment_code),
        places.place_id,
        places.wave_code,
        places.cell_id,
        places.cluster_code,
        if(segments.is_total, null, places.segment_value) as source_code,
    from {{ ref('est_places') }} as places
    inner join headlines using (scheme_code)
    inner join {{ ref('est_segments') }} as segments
        on
            headlines.survey_code = segments.survey_code
            and places.segment_code = segments.segment_code
    where
        segments.is_total or places.segment_code = headlines.segment_code
),

scored as (
    select
        places.scheme_code,
        places.wave_code,
        places.measure_id,
        places.source_code,
        places.cell_id,
        places.cluster_code,
        answers.is_base,
        if(
            answers.is_base, 0,
            {{ outcome('places', 'answers.value_number', 'answers.option_code') }}
        ) as y,
        sum(counts.n_answers) as n,
        sum(counts.sum_d) as sum_d,
        sum(counts.sum_d2) as sum_d2,
    from places
    inner join {{ ref('est_cell_counts') }} as counts using (place_id)
    inner join {{ ref('est_answers') }} as answers
        on
            counts.answer_id = answers.answer_id
            and places.survey_code = answers.survey_code
            and places.question_code = answers.question_code
    group by all
),

atoms as (
    {{ people_alike('scored') }}
),

-- What the groups of the segment leave of everybody has no source that is reported.
divided as (
    select
        * exclude (source_code),
        coalesce(source_code, '') as source_code,
    from atoms
    where y is not null
    union all by name
    select
        * exclude (source_code) replace (-n as n, -sum_d as sum_d, -sum_d2 as sum_d2),
        '' as source_code,
    from atoms
    where source_code is not null and y is not null
),

summed as (
    select
        scheme_code,
        wave_code,
        measure_id,
        source_code,
        cell_id,
        cluster_code,
        y,
        sum(n)::bigint as n,
        sum(sum_d) as sum_d,
        sum(sum_d2) as sum_d2,
    from divided
    group by all
)

select * from summed
where n > 0
order by all
