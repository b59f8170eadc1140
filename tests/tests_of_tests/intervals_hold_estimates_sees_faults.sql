-- Planted, beside three right rows (a grade, a known share, and one without an interval): an
-- estimate outside its interval, ends exchanged, low = high though the se is not 0, an end missing,
-- a share above 1, no figure, a clustered interval beside the figure, a statistic that its scale
-- does not have, a negative se, more effective answers than answers, a design effect that is not
-- their ratio, a detectable difference of another error or absent, and answers for a margin that
-- are too few, or of a mean. The share is the demo's share_good: its name says nothing, its kind
-- does.
with planted as (
    select * from (
        values
        ('right mean', 'mean', 6.5, 6, 7, 0.2, 6, 7, 80, 1.25),
        ('known', 'share_good', 0.5, 0.5, 0.5, 0, null, null, 80, 1.25),
        ('without', 'share_good', 0.5, null, null, null, null, null, 80, 1.25),
        ('outside', 'mean', 5.5, 6, 7, 0.2, null, null, 80, 1.25),
        ('exchanged', 'mean', 6.5, 7, 6, 0.2, null, null, 80, 1.25),
        ('no width', 'mean', 6.5, 6.5, 6.5, 0.2, null, null, 80, 1.25),
        ('one end', 'mean', 6.5, null, 7, 0.2, null, null, 80, 1.25),
        ('above 1', 'share_good', 0.98, 0.9, 1.05, 0.02, null, null, 80, 1.25),
        ('percent', 'share_good', 98, 90, 99, 2, null, null, 80, 1.25),
        ('no figure', 'mean', null, null, null, null, null, null, 80, 1.25),
        ('clustered', 'mean', 6.5, 6, 7, 0.2, 7, 6, 80, 1.25),
        ('unknown', 'median', 6.5, 6, 7, 0.2, null, null, 80, 1.25),
        ('negative', 'mean', 6.5, 6, 7, -0.2, null, null, 80, 1.25),
        ('effective', 'mean', 6.5, 6, 7, 0.2, null, null, 120, 100 / 120),
        ('deff', 'mean', 6.5, 6, 7, 0.2, null, null, 80, 1.5),
        ('detectable', 'mean', 6.5, 6, 7, 0.2, null, null, 80, 1.25),
        ('not detectable', 'mean', 6.5, 6, 7, 0.2, null, null, 80, 1.25),
        ('few', 'share_good', 0.5, 0.4, 0.6, 0.05, null, null, 80, 1.25),
        ('of a mean', 'mean', 6.5, 6, 7, 0.2, null, null, 80, 1.25),
        ('residents', 'share_good', 0.5, 0.4, 0.6, 0.05, null, null, 80, 1.25),
        ('residents of a mean', 'mean', 6.5, 6, 7, 0.2, null, null, 80, 1.25),
        ('residents beside', 'share_good', 0.5, 0.4, 0.6, 0.05, null, null, 80, 1.25)
    ) as t (
        fault, statistic, estimate, ci_low, ci_high, se, ci_low_clustered, ci_high_clustered,
        n_effective, deff_weights
    )
),

complete as (
    select
        *,
        'omnichannel' as survey_code,
        'overall_grade' as question_code,
        100 as n_answers,
        0.2 as se_clustered,
        90 as df,
        1.2 as deff,
        case
            when fault = 'detectable' then 0.1
            when fault != 'not detectable' and se > 0 then 4 * se
        end as detectable_difference,
        case
            when fault = 'of a mean' then 400
            when fault = 'few' then 300
            when statistic = 'share_good' and estimate between 0.1 and 0.9 and se > 0
                then 1 + 3.8415 * 1.2 * estimate * (1 - estimate) / 0.0025
        end as n_for_margin,
        10000 as n_weighted,
        case
            when fault = 'residents' then 6000
            when fault = 'residents of a mean' then 100
            when statistic = 'share_good' and estimate between 0 and 1 then estimate * 10000
        end as residents,
        if(fault = 'residents beside', 5500, 0) as residents_low,
        10000 as residents_high,
        false as is_withheld,
    from planted
),

flagged as (
    {{ test_intervals_hold_estimates('complete') }}
),

expected as (
    select fault from planted
    where fault not in ('right mean', 'known', 'without')
)

(select fault from flagged except select fault from expected)
union all
(select fault from expected except select fault from flagged)
