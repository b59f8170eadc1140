with sides as (
    select
        pairs.*,
        a.survey_code,
        a.scheme_code,
        a.wave_code,
        b.wave_code as compared_wave_code,
        a.segment_code,
        b.segment_code as compared_segment_code,
        {% for side in ['a', 'b'] -%}
            {{ side }}.domain_id as domain_id_{{ side }},
            {{ side }}.segment_value as segment_value_{{ side }},
            {{ side }}.second_segment_value as second_segment_value_{{ side }},
            {{ side }}.estimate as estimate_{{ side }},
            {{ side }}.sum_w as sum_w_{{ side }},
            {{ side }}.n_answers as n_{{ side }},
        {% endfor -%}
        a.measure_id,
        b.measure_id as compared_measure_id,
        a.estimate - b.estimate as difference,
        a.simple_variance + b.simple_variance as simple_variance,
        a.wave_code != b.wave_code and coalesce(waves.is_panel, false) as is_panel,
        -- Other pairs of waves of a panel serve trends only.
        coalesce(waves.is_previous or waves.is_base, true) as is_shown,
        -- Strata of two waves are different strata, unless their people are the same.
        if(
            a.wave_code != b.wave_code and not coalesce(waves.is_panel, false),
            len(a.strata) + len(b.strata),
            len(list_distinct(list_concat(a.strata, b.strata)))
        ) as n_strata,
        least(a.n_clusters, b.n_clusters) as min_clusters,
    from {{ ref('est_pairs') }} as pairs
    inner join {{ ref('est_points') }} as a on pairs.point_id_a = a.point_id
    inner join {{ ref('est_points') }} as b on pairs.point_id_b = b.point_id
    left join {{ ref('est_wave_pairs') }} as waves
        on
            a.wave_code = waves.wave_code
            and b.wave_code = waves.compared_wave_code
)

select * from sides
order by pair_id
