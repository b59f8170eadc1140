-- The higher figure of a significant difference carries the letter of the lower one.
with won as (
    select
        tests.survey_code,
        if(tests.difference > 0, tests.point_id_a, tests.point_id_b) as point_id,
        if(tests.difference > 0, tests.point_id_b, tests.point_id_a) as lower_point_id,
    from {{ ref('est_comparison_tests') }} as tests
    where tests.comparison_kind = 'segments' and tests.is_significant
),

joined as (
    select
        won.point_id,
        string_agg(labels.letter, '' order by labels.letter) as higher_than,
    from won
    inner join {{ ref('est_points') }} as points on won.lower_point_id = points.point_id
    inner join {{ ref('est_groups') }} as labels
        on
            points.survey_code = labels.survey_code
            and {{ same_group('points', 'labels') }}
    group by won.point_id
)

select * from joined
