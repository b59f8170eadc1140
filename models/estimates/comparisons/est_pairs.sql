with points as (
    select * from {{ ref('est_comparable_points') }}
),

within_segment as (
    select
        'segments' as comparison_kind,
        a.point_id as point_id_a,
        b.point_id as point_id_b,
        null as answer_pair_code,
        null as segment_pair_code,
        a.is_overlapping as may_overlap,
    from points as a
    inner join points as b using (scheme_code, wave_code, segment_code, measure_id)
    where a.comparison = 'pairs' and a.sort_order < b.sort_order
),

against_total as (
    select
        'total' as comparison_kind,
        points.point_id as point_id_a,
        total.point_id as point_id_b,
    from points
    inner join points as total using (scheme_code, wave_code, measure_id)
    where points.comparison = 'against_total' and total.is_total
),

-- A question that changed is another question: no change is made between its versions.
between_waves as (
    select
        'waves' as comparison_kind,
        a.point_id as point_id_a,
        b.point_id as point_id_b,
    from points as a
    inner join {{ ref('est_wave_pairs') }} as consecutive using (survey_code, wave_code)
    inner join points as b
        on
            consecutive.compared_wave_code = b.wave_code
            and a.scheme_code = b.scheme_code
            and a.measure_id = b.measure_id
            and {{ same_group('a', 'b') }}
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
            and a.domain_id = b.domain_id
),

between_groups as (
    select
        'groups' as comparison_kind,
        a.point_id as point_id_a,
        b.point_id as point_id_b,
        pairs.segment_pair_code,
        true as may_overlap,
    from {{ ref('segment_pairs') }} as pairs
    inner join points as a
        on
            pairs.survey_code = a.survey_code
            and pairs.segment_code_a = a.segment_code
            and pairs.segment_value_a = a.segment_value
            and pairs.second_segment_value_a is not distinct from a.second_segment_value
    inner join points as b
        on
            pairs.survey_code = b.survey_code
            and pairs.segment_code_b = b.segment_code
            and pairs.segment_value_b = b.segment_value
            and pairs.second_segment_value_b is not distinct from b.second_segment_value
            and a.scheme_code = b.scheme_code
            and a.wave_code = b.wave_code
            and a.measure_id = b.measure_id
),

unioned as (
    select * from within_segment
    union all by name
    select * from against_total
    union all by name
    select * from between_waves
    union all by name
    select * from between_answers
    union all by name
    select * from between_groups
),

numbered as (
    select
        row_number() over (
            order by
                comparison_kind, point_id_a, point_id_b, answer_pair_code, segment_pair_code
        ) as pair_id,
        * replace (coalesce(may_overlap, false) as may_overlap),
    from unioned
)

select * from numbered
order by pair_id
