{%- set n_positions = driver_positions() -%}
{%- set pairs = [] -%}
{%- for first in range(n_positions) -%}
    {%- for second in range(first, n_positions) -%}
        {%- do pairs.append((first, second)) -%}
    {%- endfor -%}
{%- endfor -%}
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

weighted as (
    select
        places.scheme_code,
        places.wave_code,
        places.segment_code,
        places.segment_value,
        counts.survey_code,
        counts.driver_model_code,
        counts.bootstrap_group,
        counts.n_answers,
        places.factor * counts.sum_d as w,
        -- The constant 1 before the answers makes Σw and Σwx products like the others.
        1.0::double as x_0,
        {% for position in range(1, n_positions) -%}
            counts.answers[{{ position }}] as x_{{ position }},
        {% endfor %}
    from {{ ref('est_driver_counts') }} as counts
    inner join places using (wave_code, profile_key)
),

-- A column per pair of positions: one look at each row, where a row per pair takes a look each.
summed as (
    select
        scheme_code,
        wave_code,
        segment_code,
        segment_value,
        survey_code,
        driver_model_code,
        bootstrap_group,
        sum(n_answers)::bigint as n_answers,
        {% for first, second in pairs -%}
            fsum(w * x_{{ first }} * x_{{ second }}) as sum_{{ first }}_{{ second }},
        {% endfor %}
    from weighted
    group by all
),

listed as (
    select
        scheme_code,
        wave_code,
        segment_code,
        segment_value,
        survey_code,
        driver_model_code,
        bootstrap_group,
        n_answers,
        unnest(
            [
                {% for first, second in pairs -%}
                    {
                        'first_position': {{ first }},
                        'second_position': {{ second }},
                        'sum_wxy': sum_{{ first }}_{{ second }}
                    },
                {% endfor %}
            ],
            recursive := true
        ),
    from summed
)

select * from listed
-- A model with fewer drivers has no answers in the last positions.
where sum_wxy is not null
order by all
