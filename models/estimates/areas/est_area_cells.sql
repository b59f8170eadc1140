-- Who answered a headline question, per raking cell and area; in no area is who is in none that is
-- shown. The sums of everybody minus those of the areas, so that nobody is in two rows. An area of
-- which a released figure stands is in none either: ranks of the others would tell the newcomers.
with headlines as (
    select
        points.point_id,
        points.scheme_code,
        points.wave_code,
        points.domain_id,
        points.measure_id,
        segments.is_total,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_measures') }} as measures using (survey_code, measure_id)
    inner join {{ ref('questions') }} as questions
        on
            measures.question_code = questions.question_code
            and measures.statistic = questions.headline_statistic
    inner join {{ ref('weighting_schemes') }} as schemes
        on points.scheme_code = schemes.scheme_code and schemes.is_default
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    left join {{ ref('est_suppression') }} as suppression using (point_id)
    {{ join_waiting('points', 'measures') }}
    left join {{ ref('stg_released_figures') }} as released
        on
            points.survey_code = released.survey_code
            and points.wave_code = released.wave_code
            and points.scheme_code = released.weighting_scheme
            and {{ same_group('points', 'released') }}
            and measures.question_code = released.question_code
            and measures.statistic = released.statistic
            and measures.option_code is not distinct from released.option_code
    where
        segments.is_total
        or (
            segments.attribute_kind = 'region'
            and segments.second_attribute_code is null
            and not segments.is_overlapping
            and suppression.withheld_reason is null
            and waiting.question_code is null
            and not {{ few_newcomers(
                'points.n_answers', 'released.n_answers', 'released.earlier_bases'
            ) }}
        )
),

sums as (
    select
        headlines.scheme_code,
        headlines.wave_code,
        headlines.measure_id,
        domains.cell_id,
        if(headlines.is_total, null, headlines.point_id) as point_id,
        {% for name in ['n_answers', 'sum_d', 'sum_d2', 'sum_dy', 'sum_d2y', 'sum_d2yy'] -%}
            sum(domains.{{ name }}) as {{ name }},
        {% endfor -%}
    from headlines
    inner join {{ ref('est_domain_cells') }} as domains using (domain_id, measure_id)
    group by all
),

in_areas as (
    select
        scheme_code,
        wave_code,
        measure_id,
        cell_id,
        {% for name in ['n_answers', 'sum_d', 'sum_d2', 'sum_dy', 'sum_d2y', 'sum_d2yy'] -%}
            sum({{ name }}) as {{ name }},
        {% endfor -%}
    from sums
    where point_id is not null
    group by scheme_code, wave_code, measure_id, cell_id
),

placed as (
    select sums.*
    from sums
    where sums.point_id is not null
    union all by name
    select
        sums.scheme_code,
        sums.wave_code,
        sums.measure_id,
        sums.cell_id,
        {% for name in ['n_answers', 'sum_d', 'sum_d2', 'sum_dy', 'sum_d2y', 'sum_d2yy'] -%}
            sums.{{ name }} - coalesce(in_areas.{{ name }}, 0) as {{ name }},
        {% endfor -%}
    from sums
    left join in_areas using (scheme_code, wave_code, measure_id, cell_id)
    where sums.point_id is null and sums.n_answers > coalesce(in_areas.n_answers, 0)
)

select
    placed.* exclude (n_answers),
    placed.n_answers as n,
    cells.cell_key,
from placed
inner join {{ ref('est_cells') }} as cells using (cell_id)
order by placed.scheme_code, placed.wave_code, placed.measure_id, placed.point_id, placed.cell_id
