-- The higher figure of a significant difference carries the letter of the lower one.
with won as (
    select
        tests.survey_code,
        if(tests.difference > 0, tests.point_id_a, tests.point_id_b) as point_id,
        tests.segment_code,
        if(tests.difference > 0, tests.segment_value_b, tests.segment_value_a) as segment_value,
    from {{ ref('est_comparison_tests') }} as tests
    where tests.comparison_kind = 'segments' and tests.is_significant
),

joined as (
    select
        won.point_id,
        string_agg(segments.letter, '' order by segments.letter) as higher_than,
    from won
    inner join {{ ref('dim_segments') }} as segments
        using (survey_code, segment_code, segment_value)
    group by won.point_id
)

select * from joined
