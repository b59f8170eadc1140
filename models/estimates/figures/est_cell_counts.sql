with placed as (
    select
        counts.survey_code,
        counts.wave_code,
        places.scheme_code,
        places.segment_code,
        places.segment_value,
        places.cell_id,
        places.cluster_code,
        counts.question_code,
        counts.is_base,
        counts.option_code,
        counts.value_number,
        sum(counts.n_answers)::bigint as n_answers,
        sum(counts.sum_d) as sum_d,
        sum(counts.sum_d2) as sum_d2,
    from {{ ref('est_answer_counts') }} as counts
    inner join {{ ref('est_profile_places') }} as places using (wave_code, profile_key)
    group by all
)

select * from placed
order by all
