{{ config(materialized='view') }}

-- Who holds the release before must not get the answers of the few who came since: of a source
-- whose figure stands, of everybody's that does, and of others of whom a few are new.
with tests as (
    select
        *,
        scheme_code as weighting_scheme,
    from {{ ref('est_source_tests') }}
),

counted as (
    select
        tests.wave_code,
        tests.measure_id,
        tests.source_code,
        tests.n_source,
        tests.n_others,
        own.n_answers as released_source,
        everybody.n_answers as released_all,
        own.earlier_bases as earlier_source,
        everybody.earlier_bases as earlier_all,
        exists(
            select 1 from {{ ref('est_waiting_groups') }} as waiting
            where
                tests.wave_code = waiting.wave_code
                and tests.question_code = waiting.question_code
                and ({{ same_group('own', 'waiting') }} or {{ same_group('everybody', 'waiting') }})
        ) as is_waiting,
    from tests
    inner join {{ ref('est_segments') }} as totals
        on tests.survey_code = totals.survey_code and totals.is_total
    {% for side, segment in [('own', 'tests'), ('everybody', 'totals')] -%}
        inner join {{ ref('stg_released_figures') }} as {{ side }}
            on
                tests.survey_code = {{ side }}.survey_code
                and {{ same_measure('tests', side) }}
                and {{ segment }}.segment_code = {{ side }}.segment_code
                {% if side == 'own' -%}
                    and tests.source_code = own.segment_value
                {% endif -%}
    {% endfor %}
)

select
    wave_code,
    measure_id,
    source_code,
from counted
where
    is_waiting
    or {{ few_newcomers('n_source', 'released_source', 'earlier_source') }}
    or {{ few_newcomers('n_source + n_others', 'released_all', 'earlier_all') }}
    -- Which base of everybody went with which of the source is not kept: each with each.
    or {{ few_newcomers(
        'n_others',
        '(released_all - released_source)',
        'flatten(list_transform(list_append(earlier_all, released_all), lambda everybody:'
        ~ ' list_transform(list_append(earlier_source, released_source), lambda own:'
        ~ ' everybody - own)))'
    ) }}
