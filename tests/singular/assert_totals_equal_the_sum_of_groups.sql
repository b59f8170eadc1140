-- Respondents in the base of the total are those of the two participation groups together, for
-- every measure: a row that falls between segments would show here.
with counted as (
    select
        scheme_code,
        wave_code,
        measure_id,
        sum(n_answers) filter (where segment_code = 'total') as in_total,
        sum(n_answers) filter (where segment_code != 'total') as in_groups,
        count(distinct segment_code) filter (where segment_code != 'total') as n_segments,
    from {{ ref('est_points') }}
    group by scheme_code, wave_code, measure_id
)

select *
from counted
where in_groups is distinct from in_total * n_segments and n_segments > 0
