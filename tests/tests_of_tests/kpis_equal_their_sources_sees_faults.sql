-- A KPI of a survey: 6.5 of everybody, z 6.2 and a 6.6, before 6.0; the contrast compares z with a,
-- so that the difference is -0.4. Planted per KPI, beside a right one, one whose groups are not
-- shown and a right measured one: the figure of another group, its interval exchanged, its base,
-- the difference turned with and without its interval, a difference beside a group, another value
-- before, a verdict against the norm, and a unit that ends below the value, or below the interval
-- (wide: right of a survey, whose means have no end).
with definitions as (
    select
        unnest([
            'right', 'not shown', 'measured', 'figure', 'interval', 'base', 'turned', 'sign',
            'group', 'before', 'verdict', 'measured base', 'wide', 'measured wide', 'above'
        ]) as kpi_code,
        'mean' as statistic,
        null::varchar as option_code,
),

kpis as (
    select
        *,
        if(kpi_code in ('measured', 'measured base', 'measured wide'), null, 'q') as question_code,
    from definitions
),

contrasts as (
    select
        's' as survey_code,
        'g' as segment_code,
        'z' as comparison_level_code,
        'a' as reference_level_code,
        true as is_first,
),

segments as (
    select * from (values ('s', 'total', true), ('s', 'g', false))
        as t (survey_code, segment_code, is_total)
),

units as (
    select
        *,
        1 as value_from,
        false as is_percentage,
    from (values ('grade', 10), ('to 6.65', 6.65), ('to 6.4', 6.4)) as t (unit, value_to)
),

known as (
    select
        's' as survey_code,
        *,
        true as is_default_scheme,
        null::varchar as second_segment_value,
        'q' as question_code,
        'mean' as statistic,
        null::varchar as option_code,
        estimate - 0.1 as ci_low,
        estimate + 0.1 as ci_high,
        60 as n_answers,
        false as is_from_earlier_release,
    from (
        values
        ('2', 'total', 'total', 6.5), ('2', 'g', 'z', 6.2), ('2', 'g', 'a', 6.6),
        ('1', 'total', 'total', 6.0)
    ) as t (wave_code, segment_code, segment_value, estimate)
),

measured as (
    select
        kpis.kpi_code,
        known.* exclude (estimate, n_answers, is_from_earlier_release),
        known.estimate as value,
        29 as n_municipalities,
        if(known.segment_code = 'total', 6.0, null) as previous_value,
    from known
    cross join kpis
    where
        known.wave_code = '2'
        and kpis.question_code is null
),

planted as (
    select
        kpis.kpi_code,
        known.survey_code,
        known.wave_code,
        known.segment_code,
        known.segment_value,
        case kpis.kpi_code
            when 'wide' then 'to 6.65'
            when 'measured wide' then 'to 6.65'
            when 'above' then 'to 6.4'
            else 'grade'
        end as unit,
        'higher_is_better' as direction,
        6.5 as norm,
        if(known.segment_value = 'total' and kpis.kpi_code = 'figure', 6.45, known.estimate)
            as value,
        if(kpis.kpi_code = 'interval', known.ci_high, known.ci_low) as ci_low,
        if(kpis.kpi_code = 'interval', known.ci_low, known.ci_high) as ci_high,
        if(kpis.question_code is null, 29, 60)
        + if(kpis.kpi_code in ('base', 'measured base'), 1, 0) as n_observations,
        case
            when kpis.kpi_code = 'verdict' and known.segment_value = 'z' then 'met'
            when known.segment_value = 'z' then 'not_met'
            else 'undecided'
        end as verdict,
        if(known.segment_code = 'total', '1', null) as previous_period,
        if(known.segment_code = 'total', if(kpis.kpi_code = 'before', 6.1, 6.0), null)
            as previous_value,
        case
            when known.segment_code != 'total' then if(kpis.kpi_code = 'group', -0.4, null)
            when kpis.kpi_code in ('turned', 'sign') then 0.4
            else -0.4
        end as difference,
        case
            when known.segment_code != 'total' then null
            when kpis.kpi_code = 'turned' then 0.2
            else -0.6
        end as difference_ci_low,
        case
            when known.segment_code != 'total' then null
            when kpis.kpi_code = 'turned' then 0.6
            else -0.2
        end as difference_ci_high,
        false as is_withheld,
        null::varchar as withheld_label_nl,
        null::varchar as withheld_label_en,
        null::varchar as trend,
    from known
    cross join kpis
    where
        known.wave_code = '2'
        and (kpis.kpi_code != 'not shown' or known.segment_code = 'total')
),

flagged as (
    {{ test_kpis_equal_their_sources(
        'planted', estimates='known', measured='measured', kpis='kpis', contrasts='contrasts',
        segments='segments', units='units'
    ) }}
),

expected as (
    select kpi_code from kpis
    where kpi_code not in ('right', 'not shown', 'measured', 'wide')
)

(select kpi_code from flagged except select kpi_code from expected)
union all
(select kpi_code from expected except select kpi_code from flagged)
