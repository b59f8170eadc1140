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
        list([n_positive, n_answers - n_positive]) as of_answer,
        list([
            n_positive - n_minus, n_answers - n_positive + n_minus, n_minus, n_answers - n_minus
        ]) as of_ranges,
        max(simple_variance) = 0 as is_uniform,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_groups') }} as groups
        on
            points.survey_code = groups.survey_code
            and {{ same_group('points', 'groups') }}
    group by all
),

-- Who gave an answer and who did not; of a net who is in either range and who is not: with its
-- error a net tells both of them.
measured as (
    select
        counted.* exclude (counted.of_answer, counted.of_ranges),
        flatten(if(measures.kind = 'net', counted.of_ranges, counted.of_answer)) as people,
        measures.question_code,
        measures.is_distribution,
        measures.kind,
        -- A labelled answer is the range of its own number.
        coalesce(measures.value_from, measures.option_number) as value_from,
        coalesce(measures.value_to, measures.option_number) as value_to,
        surveys.min_base_n,
    from counted
    inner join {{ ref('est_figure_measures') }} as measures using (survey_code, measure_id)
    inner join {{ ref('surveys') }} as surveys using (survey_code)
),

judged as (
    select
        * exclude (people),
        case
            when n_answers < min_base_n then 'small_base'
            when
                is_uniform
                and kind = 'mean'
                and n_answers < {{ threshold('min_uniform_base_n') }}
                then 'uniform_answers'
            when kind not in ('range', 'option', 'net') then null
            when
                list_min(list_filter(people, lambda n: n > 0)) < {{ threshold('min_cell_n') }}
                -- In neither range of a net.
                or (
                    kind = 'net'
                    and n_answers - n_positive between 1 and {{ threshold('min_cell_n') }} - 1
                )
                then 'small_cell'
            when
                list_min(people) = 0
                and n_answers < {{ threshold('min_uniform_base_n') }}
                then 'uniform_answers'
        end as primary_reason,
    from measured
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
