with placed as (
    select
        places.domain_id,
        counts.answer_pair_code,
        places.cell_id,
        sum(counts.n_both)::bigint as n_both,
        sum(counts.sum_d2) as sum_d2,
        sum(counts.sum_d2_a) as sum_d2_a,
        sum(counts.sum_d2_b) as sum_d2_b,
        sum(counts.sum_d2_ab) as sum_d2_ab,
    from {{ ref('est_joint_counts') }} as counts
    inner join {{ ref('est_profile_places') }} as places
        on {{ counted_people('counts', 'places') }}
    group by all
)

select * from placed
order by all
