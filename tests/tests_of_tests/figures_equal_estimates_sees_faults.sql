-- Two figures per row, as grade marts have them: mean and low. Planted in rows of groups: right;
-- withheld, and its share withheld too (both right); an interval with its ends exchanged; low =
-- high; a share inverted; the figures of two groups exchanged; another base; another label; a group
-- that does not exist; a withheld figure that is shown; rows of estimates that are left out (lost;
-- a net score is of no kind in scope); and a rule that is broken.
with known as (
    select
        's' as survey_code,
        'w' as wave_code,
        'x' as weighting_scheme,
        'g' as segment_code,
        groups.segment_value,
        null::varchar as second_segment_value,
        'q' as question_code,
        figures.statistic,
        null::varchar as option_code,
        if(is_withheld, null, figures.estimate + groups.plus) as estimate,
        if(is_withheld, null, figures.estimate + groups.plus - 0.1) as ci_low,
        if(is_withheld, null, figures.estimate + groups.plus + 0.1) as ci_high,
        if(is_withheld, null, 60) as n_answers,
        'Groep ' || groups.segment_value as segment_label_nl,
        true as is_default_scheme,
    from (
        select
            unnest([
                'right', 'withheld', 'exchanged', 'no width', 'inverted', 'a', 'b', 'base', 'label',
                'shown', 'lost', 'rule'
            ]) as segment_value,
            generate_subscripts([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 1) / 100 as plus,
    ) as groups
    cross join (values ('mean', 6.5), ('low', 0.3), ('net', 0.1)) as figures (statistic, estimate)
    cross join lateral (
        select
            segment_value = 'withheld' or (segment_value = 'shown' and statistic = 'low')
                as is_withheld,
    ) as hidden
),

measures as (
    select
        's' as survey_code,
        'q' as question_code,
        unnest(['mean', 'low', 'net']) as statistic,
        null::varchar as option_code,
        unnest(['mean', 'range', 'net']) as kind,
),

pivoted as (
    select
        survey_code,
        wave_code,
        segment_code,
        segment_value,
        second_segment_value,
        question_code,
        segment_label_nl,
        max(n_answers) as n_answers,
        any_value(estimate) filter (where statistic = 'mean') as mean,
        any_value(ci_low) filter (where statistic = 'mean') as mean_low,
        any_value(ci_high) filter (where statistic = 'mean') as mean_high,
        any_value(estimate) filter (where statistic = 'low') as low,
        any_value(ci_low) filter (where statistic = 'low') as low_low,
        any_value(ci_high) filter (where statistic = 'low') as low_high,
    from known
    where segment_value != 'lost'
    group by all
),

planted as (
    select
        * replace (
            case segment_value
                when 'a' then 'b'
                when 'b' then 'a'
                when 'label' then 'nowhere'
                else segment_value
            end as segment_value,
            if(segment_value = 'rule', -1, n_answers) as n_answers,
            case segment_value
                when 'inverted' then 1 - low
                when 'shown' then 0.4
                else low
            end as low,
            case segment_value
                when 'exchanged' then mean_high
                when 'no width' then mean
                else mean_low
            end as mean_low,
            case segment_value
                when 'exchanged' then mean_low
                when 'no width' then mean
                else mean_high
            end as mean_high
        )
    from pivoted
    where segment_value not in ('base', 'label')
    union all by name
    select * replace (61 as n_answers)
    from pivoted
    where segment_value = 'base'
    union all by name
    select * replace ('Groep right' as segment_label_nl)
    from pivoted
    where segment_value = 'label'
    union all by name
    select * replace ('nowhere' as segment_value)
    from pivoted
    where segment_value = 'right'
),

flagged as (
    {{ test_figures_equal_estimates(
        'planted',
        [
            {'column': 'mean', 'low': 'mean_low', 'high': 'mean_high', 'n': 'n_answers',
             'statistic': "'mean'"},
            {'column': 'low', 'low': 'low_low', 'high': 'low_high', 'statistic': "'low'"}
        ],
        keys={'weighting_scheme': 'default', 'option_code': 'null::varchar'},
        same={'segment_label_nl': 'estimates.segment_label_nl'},
        scope='true',
        kinds=['mean', 'range'],
        rules={'n_answers: below 0': 'n_answers >= 0'},
        estimates='known',
        measures='measures'
    ) }}
),

found as (
    select distinct
        segment_value,
        coalesce(figure, statistic, '') as figure,
        problem,
    from flagged
),

expected as (
    select * from (
        values
        ('exchanged', 'mean', 'has another interval in estimates'),
        ('no width', 'mean', 'has another interval in estimates'),
        ('inverted', 'low', 'is another figure in estimates'),
        ('a', 'mean', 'is another figure in estimates'),
        ('a', 'low', 'is another figure in estimates'),
        ('b', 'mean', 'is another figure in estimates'),
        ('b', 'low', 'is another figure in estimates'),
        ('base', 'mean', 'has another base in estimates'),
        ('label', 'mean', 'is not as in estimates, segment_label_nl'),
        ('label', 'low', 'is not as in estimates, segment_label_nl'),
        ('nowhere', 'mean', 'is no figure of estimates'),
        ('nowhere', 'low', 'is no figure of estimates'),
        ('shown', 'low', 'is another figure in estimates'),
        ('lost', 'mean', 'is left out'),
        ('lost', 'low', 'is left out'),
        ('rule', 'mean', 'has another base in estimates'),
        ('rule', '', 'n_answers: below 0')
    ) as t (segment_value, figure, problem)
)

(select * from found except select * from expected)
union all
(select * from expected except select * from found)
