-- Respondents in the base of the total are those of all groups of a segment together, for every
-- measure: a row that falls between groups would show here. Where people answer for themselves
-- (gender, age) some do not say: then groups hold fewer, and never more, than the total. Groups
-- that share people hold more.
with counted as (
    select
        points.scheme_code,
        points.wave_code,
        points.measure_id,
        points.segment_code,
        coalesce(
            any_value(segments.attribute_kind) in ('region', 'region_group', 'source')
            and any_value(segments.second_attribute_code) is null,
            false
        ) as is_complete,
        sum(points.n_answers) as in_groups,
        any_value(totals.n_answers) as in_total,
    from {{ ref('est_points') }} as points
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    inner join {{ ref('est_segments') }} as everybody using (survey_code)
    inner join {{ ref('est_points') }} as totals
        on
            points.scheme_code = totals.scheme_code
            and points.wave_code = totals.wave_code
            and points.measure_id = totals.measure_id
            and everybody.segment_code = totals.segment_code
    where everybody.is_total and not segments.is_overlapping
    group by points.scheme_code, points.wave_code, points.measure_id, points.segment_code
)

select *
from counted
where
    in_groups is null
    or in_groups > in_total
    or (is_complete and in_groups != in_total)
