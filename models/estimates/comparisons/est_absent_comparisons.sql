-- Comparisons with a figure that nobody gave an answer for: without a row of their own they would
-- tell that of a group that is too small to be seen.
{%- set sides = 'comparison_kind, survey_code, scheme_code, wave_code, compared_wave_code' %}
with tested as (
    select * from {{ ref('est_comparison_tests') }}
    where is_shown
),

pairs as (
    select distinct
        {{ sides }},
        segment_code,
        segment_value_a,
        second_segment_value_a,
        compared_segment_code,
        segment_value_b,
        second_segment_value_b,
    from tested
),

-- What is compared in these waves at all: of a question that changed nothing is.
measures as (
    select distinct
        {{ sides }},
        measure_id,
        compared_measure_id,
        answer_pair_code,
    from tested
),

absent as (
    select
        pairs.*,
        measures.measure_id,
        measures.compared_measure_id,
        measures.answer_pair_code,
    from pairs
    inner join measures using ({{ sides }})
    {% for side, wave, segment, measure in [
        ('a', 'wave_code', 'segment_code', 'measure_id'),
        ('b', 'compared_wave_code', 'compared_segment_code', 'compared_measure_id')
    ] -%}
        left join {{ ref('est_absent_figures') }} as {{ side }}
            on
                pairs.scheme_code = {{ side }}.scheme_code
                and pairs.{{ wave }} = {{ side }}.wave_code
                and pairs.{{ segment }} = {{ side }}.segment_code
                and pairs.segment_value_{{ side }} = {{ side }}.segment_value
                and pairs.second_segment_value_{{ side }}
                is not distinct from {{ side }}.second_segment_value
                and measures.{{ measure }} = {{ side }}.measure_id
    {% endfor -%}
    where a.measure_id is not null or b.measure_id is not null
)

select
    *,
    0::bigint as n_a,
    0::bigint as n_b,
    false as is_significant,
    false as is_significant_clustered,
    'small_base' as withheld_reason,
    true as is_withheld,
from absent
order by all
