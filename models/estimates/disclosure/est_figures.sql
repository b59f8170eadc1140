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

ranges as (
    select * from measured
    where kind = 'range' and not is_distribution
),

-- Of two ranges one in the other tells who is in the one only, and two that share nobody who is
-- in neither. Where that is a few, the narrower one is not seen, or that of fewer people.
close_ranges as (
    select distinct
        lesser.wave_code,
        lesser.group_id,
        lesser.measure_id,
    from ranges as lesser
    inner join ranges as other using (wave_code, group_id, question_code)
    where
        (lesser.value_to - lesser.value_from, lesser.n_positive, lesser.measure_id)
        < (other.value_to - other.value_from, other.n_positive, other.measure_id)
        and case
            when other.value_from <= lesser.value_from and other.value_to >= lesser.value_to
                then other.n_positive - lesser.n_positive
            when other.value_from > lesser.value_to or other.value_to < lesser.value_from
                then lesser.n_answers - lesser.n_positive - other.n_positive
        end between 1 and {{ threshold('min_cell_n') }} - 1
),

judged as (
    select
        measured.* exclude (people),
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
                or close_ranges.measure_id is not null
                then 'small_cell'
            when
                list_min(people) = 0
                and n_answers < {{ threshold('min_uniform_base_n') }}
                then 'uniform_answers'
        end as primary_reason,
    from measured
    left join close_ranges using (wave_code, group_id, measure_id)
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
