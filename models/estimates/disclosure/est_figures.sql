with counted as (
    select
        survey_code,
        wave_code,
        segment_code,
        segment_value,
        measure_id,
        min(n_answers) as n_answers,
        min(n_positive) as n_positive,
        min(n_answers - n_positive) as n_negative,
        -- All gave the same answer; what is left is rounding.
        max(simple_variance * n_answers) <= 1e-12 * max(estimate * estimate) as is_uniform,
    from {{ ref('est_points') }}
    group by all
),

judged as (
    select
        counted.*,
        measures.question_code,
        measures.kind in ('range', 'option') as is_share,
        case
            when counted.n_answers < surveys.min_base_n then 'small_base'
            when
                counted.is_uniform
                and measures.kind = 'mean'
                and counted.n_answers < {{ threshold('min_uniform_base_n') }}
                then 'uniform_answers'
            when measures.kind not in ('range', 'option') then null
            when
                least(counted.n_positive, counted.n_negative)
                between 1 and {{ threshold('min_cell_n') }} - 1
                then 'small_cell'
            when
                least(counted.n_positive, counted.n_negative) = 0
                and counted.n_answers < {{ threshold('min_uniform_base_n') }}
                then 'uniform_answers'
        end as primary_reason,
    from counted
    inner join {{ ref('est_measures') }} as measures using (survey_code, measure_id)
    inner join {{ ref('surveys') }} as surveys using (survey_code)
),

numbered as (
    select
        row_number() over (
            order by wave_code, segment_code, segment_value, measure_id
        ) as figure_id,
        *,
    from judged
)

select * from numbered
order by figure_id
