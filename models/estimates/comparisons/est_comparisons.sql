with sides as (
    select
        pairs.*,
        a.survey_code,
        a.scheme_code,
        a.wave_code,
        b.wave_code as compared_wave_code,
        a.segment_code,
        a.segment_value as segment_value_a,
        b.segment_value as segment_value_b,
        a.measure_id,
        b.measure_id as compared_measure_id,
        a.estimate as estimate_a,
        b.estimate as estimate_b,
        a.sum_w as sum_w_a,
        b.sum_w as sum_w_b,
        a.n_answers as n_a,
        b.n_answers as n_b,
        a.estimate - b.estimate as difference,
        a.simple_variance + b.simple_variance as simple_variance,
        -- Strata of two waves are different strata.
        if(
            pairs.comparison_kind = 'waves',
            a.n_strata + b.n_strata, greatest(a.n_strata, b.n_strata)
        ) as n_strata,
        greatest(a.n_strata, b.n_strata) as n_cluster_strata,
        least(a.n_clusters - a.n_strata, b.n_clusters - b.n_strata) as min_cluster_df,
    from {{ ref('est_pairs') }} as pairs
    inner join {{ ref('est_points') }} as a on pairs.point_id_a = a.point_id
    inner join {{ ref('est_points') }} as b on pairs.point_id_b = b.point_id
)

select * from sides
order by pair_id
