with points as (
    select
        points.*,
        segments.comparison,
        levels.sort_order,
        measures.question_code,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
    inner join {{ ref('segments') }} as segments using (survey_code, segment_code)
    left join {{ ref('attribute_levels') }} as levels
        on
            segments.attribute_code = levels.attribute_code
            and points.segment_value = levels.level_code
),

within_segment as (
    select
        'segments' as comparison_kind,
        a.point_id as point_id_a,
        b.point_id as point_id_b,
        null as answer_pair_code,
    from points as a
    inner join points as b
        on
            a.scheme_code = b.scheme_code
            and a.wave_code = b.wave_code
            and a.segment_code = b.segment_code
            and a.measure_id = b.measure_id
            and (a.sort_order, a.segment_value) < (b.sort_order, b.segment_value)
    where a.comparison = 'pairs'
),

against_total as (
    select
        'total' as comparison_kind,
        points.point_id as point_id_a,
        total.point_id as point_id_b,
        null as answer_pair_code,
    from points
    inner join {{ ref('est_points') }} as total
        on
            points.scheme_code = total.scheme_code
            and points.wave_code = total.wave_code
            and points.measure_id = total.measure_id
            and total.segment_value = 'total'
    where points.comparison = 'against_total'
),

consecutive as (
    select
        survey_code,
        wave_code,
        lag(wave_code) over (partition by survey_code order by fieldwork_start) as earlier_wave,
    from {{ ref('waves') }}
),

-- A question that changed is another question: no change is made between its versions.
between_waves as (
    select
        'waves' as comparison_kind,
        a.point_id as point_id_a,
        b.point_id as point_id_b,
        null as answer_pair_code,
    from points as a
    inner join consecutive using (survey_code, wave_code)
    inner join points as b
        on
            consecutive.earlier_wave = b.wave_code
            and a.scheme_code = b.scheme_code
            and a.segment_code = b.segment_code
            and a.segment_value = b.segment_value
            and a.measure_id = b.measure_id
    left join {{ ref('question_versions') }} as later_version
        on
            a.question_code = later_version.question_code
            and a.wave_code = later_version.wave_code
    left join {{ ref('question_versions') }} as earlier_version
        on
            b.question_code = earlier_version.question_code
            and b.wave_code = earlier_version.wave_code
    where coalesce(later_version.version, 1) = coalesce(earlier_version.version, 1)
),

between_answers as (
    select
        'answers' as comparison_kind,
        a.point_id as point_id_a,
        b.point_id as point_id_b,
        pairs.answer_pair_code,
    from {{ ref('est_answer_pairs') }} as pairs
    inner join points as a on pairs.measure_id_a = a.measure_id
    inner join points as b
        on
            pairs.measure_id_b = b.measure_id
            and a.scheme_code = b.scheme_code
            and a.wave_code = b.wave_code
            and a.segment_code = b.segment_code
            and a.segment_value = b.segment_value
),

unioned as (
    select * from within_segment
    union all
    select * from against_total
    union all
    select * from between_waves
    union all
    select * from between_answers
)

select
    row_number() over (order by comparison_kind, point_id_a, point_id_b) as pair_id,
    *,
from unioned
order by pair_id
