with panels as (
    select * from {{ ref('est_wave_pairs') }}
    where is_panel
),

people as (
    select
        delivery_key,
        row_number,
        wave_code,
        respondent_key,
        profile_key,
        base_weight,
    from {{ ref('wgt_respondents') }}
    where
        response_status = 'eligible'
        and wave_code in (
            select unnest([panels.wave_code, panels.compared_wave_code]) from panels
        )
),

followed as (
    select
        panels.wave_code,
        panels.compared_wave_code,
        later.delivery_key,
        later.row_number,
        later.profile_key,
        earlier.delivery_key as compared_delivery_key,
        earlier.row_number as compared_row_number,
        earlier.profile_key as compared_profile_key,
        later.base_weight * earlier.base_weight as dd,
    from panels
    inner join people as later using (wave_code)
    inner join people as earlier
        on
            panels.compared_wave_code = earlier.wave_code
            and later.respondent_key = earlier.respondent_key
),

-- One row per person, wave and measure: everybody who answered, y 0 for another answer.
scored as (
    select
        answers.delivery_key,
        answers.row_number,
        measures.measure_id,
        coalesce(sum(
            {{ outcome('measures', 'answers.value_number', 'answers.option_code') }}
        ) filter (where answers.is_selected), 0) as y,
    from {{ ref('est_valid_answers') }} as answers
    inner join {{ ref('est_measures') }} as measures using (survey_code, question_code)
    where
        answers.wave_code in (
            select unnest([panels.wave_code, panels.compared_wave_code]) from panels
        )
    group by all
),

later_answers as (
    select
        followed.*,
        scored.measure_id,
        scored.y as y_a,
    from followed
    inner join scored using (delivery_key, row_number)
),

earlier_answers as (
    select
        followed.*,
        scored.measure_id,
        scored.y as y_b,
    from followed
    inner join scored
        on
            followed.compared_delivery_key = scored.delivery_key
            and followed.compared_row_number = scored.row_number
),

measured as (
    select * exclude (compared_delivery_key, compared_row_number)
    from later_answers
    full join earlier_answers
        using (
            wave_code, compared_wave_code, delivery_key, row_number, compared_delivery_key,
            compared_row_number, profile_key, compared_profile_key, dd, measure_id
        )
    union all by name
    select * exclude (compared_delivery_key, compared_row_number)
    from followed
),

summed as (
    select
        wave_code,
        compared_wave_code,
        profile_key,
        compared_profile_key,
        measure_id,
        count(*) as n_people,
        count(*) filter (where y_a is not null and y_b is not null) as n_both,
        fsum(dd) as sum_dd,
        {% for name, answered in [
            ('a', 'y_a is not null'), ('b', 'y_b is not null'),
            ('both', 'y_a is not null and y_b is not null')
        ] -%}
            coalesce(fsum(dd) filter (where {{ answered }}), 0) as sum_dd_{{ name }},
        {% endfor -%}
        coalesce(fsum(dd * y_a), 0) as sum_dd_a_y,
        coalesce(fsum(dd * y_b), 0) as sum_dd_b_y,
        coalesce(fsum(dd * y_a) filter (where y_b is not null), 0) as sum_dd_both_ya,
        coalesce(fsum(dd * y_b) filter (where y_a is not null), 0) as sum_dd_both_yb,
        coalesce(fsum(dd * y_a * y_b), 0) as sum_dd_both_yy,
    from measured
    group by all
)

select * from summed
order by all
