{{ config(materialized='view') }}

-- Of all schemes and statistics: a code that is new tells as much of a group as the one before.
with released as (
    select
        survey_code,
        wave_code,
        question_code,
        segment_code,
        segment_value,
        second_segment_value,
        min(n_answers) as n_released,
        list_distinct(flatten(list(list_append(earlier_bases, n_answers)))) as bases,
    from (
        {% for relation in ['stg_released_figures', 'stg_released_answers'] -%}
            select
                survey_code,
                wave_code,
                question_code,
                segment_code,
                segment_value,
                second_segment_value,
                n_answers,
                earlier_bases,
            from {{ ref(relation) }}
            {% if not loop.last -%} union all {% endif -%}
        {% endfor %}
    )
    group by all
),

given as (
    select
        figures.survey_code,
        figures.wave_code,
        figures.question_code,
        figures.segment_code,
        figures.segment_value,
        figures.second_segment_value,
        figures.group_id,
        min(figures.n_answers) as n_answers,
        bool_or(reasons.figure_id is null) as is_shown,
    from {{ ref('est_figures') }} as figures
    left join {{ ref('est_withheld_figures') }} as reasons using (figure_id)
    where not figures.is_distribution
    group by all
)

select
    given.*,
    released.n_released,
    list_min(
        list_transform(released.bases, lambda base: nullif(abs(given.n_answers - base), 0))
    ) as least_change,
from given
left join released
    on
        given.survey_code = released.survey_code
        and given.wave_code = released.wave_code
        and given.question_code = released.question_code
        and {{ same_group('given', 'released') }}
