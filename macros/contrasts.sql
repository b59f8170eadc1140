{#- Comparisons and the same ones turned round: a minus b, and b minus a with the interval mirrored. -#}
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
            -difference as difference,
            -ci_high as ci_low,
            -ci_low as ci_high,
            -ci_high_clustered as ci_low_clustered,
            -ci_low_clustered as ci_high_clustered
        ),
    from {{ comparisons }}
{%- endmacro %}
