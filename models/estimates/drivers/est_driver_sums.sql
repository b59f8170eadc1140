with places as (
    select
        places.scheme_code,
        places.wave_code,
        places.profile_key,
        places.segment_code,
        places.segment_value,
        cells.factor,
    from {{ ref('est_profile_places') }} as places
    inner join {{ ref('est_cells') }} as cells using (scheme_code, wave_code, cell_id)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
    inner join {{ ref('segments') }} as segments using (segment_code, survey_code)
    left join {{ ref('attributes') }} as attributes using (attribute_code, survey_code)
    where
        schemes.is_default
        and segments.second_attribute_code is null
        and (segments.attribute_code is null or attributes.kind = 'participation')
),

-- The constant 1 before the answers makes Σw and Σwx products like the others.
weighted as (
    select
        places.scheme_code,
        places.wave_code,
        places.segment_code,
        places.segment_value,
        counts.survey_code,
        counts.driver_model_code,
        counts.bootstrap_group,
        list_prepend(1.0::double, counts.answers) as answers,
        sum(counts.n_answers)::bigint as n_answers,
        fsum(places.factor * counts.sum_d) as sum_w,
    from {{ ref('est_driver_counts') }} as counts
    inner join places using (wave_code, profile_key)
    group by all
),

firsts as (
    select
        *,
        unnest(generate_series(0, len(answers) - 1)) as first_position,
    from weighted
),

pairs as (
    select
        *,
        unnest(generate_series(first_position, len(answers) - 1)) as second_position,
    from firsts
),

summed as (
    select
        scheme_code,
        wave_code,
        segment_code,
        segment_value,
        survey_code,
        driver_model_code,
        bootstrap_group,
        first_position,
        second_position,
        sum(n_answers)::bigint as n_answers,
        fsum(sum_w * answers[first_position + 1] * answers[second_position + 1]) as sum_wxy,
    from pairs
    group by all
)

select * from summed
order by all
