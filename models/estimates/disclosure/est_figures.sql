with counted as (
    select
        points.survey_code,
        points.wave_code,
        points.segment_code,
        points.segment_value,
        points.second_segment_value,
        groups.sort_order as group_id,
        points.measure_id,
        min(n_answers) as n_answers,
        min(n_positive) as n_positive,
        min(n_answers - n_positive) as n_negative,
        max(simple_variance) = 0 as is_uniform,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_groups') }} as groups
        on
            points.survey_code = groups.survey_code
            and {{ same_group('points', 'groups') }}
    group by all
),

judged as (
    select
        counted.*,
        measures.question_code,
        measures.is_distribution,
        measures.kind,
        measures.value_from,
        measures.value_to,
        surveys.min_base_n,
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
    inner join {{ ref('est_figure_measures') }} as measures using (survey_code, measure_id)
    inner join {{ ref('surveys') }} as surveys using (survey_code)
),

numbered as (
    select
        row_number() over (
            order by wave_code, group_id, measure_id
        ) as figure_id,
        *,
    from judged
)

select * from numbered
order by figure_id
