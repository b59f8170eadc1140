{#- Comparisons and the same ones turned round: a minus b, and b minus a with the interval mirrored.
    `0 - x` and not `-x`, which makes -0.0 of 0. -#}
{% macro both_ways(comparisons) -%}
    select *
    from {{ comparisons }}
    union all by name
    select
        * replace (
            segment_value_b as segment_value_a,
            segment_value_a as segment_value_b,
            second_segment_value_b as second_segment_value_a,
            second_segment_value_a as second_segment_value_b,
            compared_segment_code as segment_code,
            segment_code as compared_segment_code,
            segment_label_b_nl as segment_label_a_nl,
            segment_label_a_nl as segment_label_b_nl,
            segment_label_b_en as segment_label_a_en,
            segment_label_a_en as segment_label_b_en,
            0 - difference as difference,
            0 - ci_high as ci_low,
            0 - ci_low as ci_high,
            0 - ci_high_clustered as ci_low_clustered,
            0 - ci_low_clustered as ci_high_clustered
        ),
    from {{ comparisons }}
{%- endmacro %}
