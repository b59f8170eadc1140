-- 100 count. Planted per question, beside a right one: a part counted twice, a part below 0 that
-- makes the sum right, another number that counts, another base than estimates has, and more who
-- answered off route than were not asked.
with planted as (
    select
        's' as survey_code,
        'w' as wave_code,
        false as is_from_earlier_release,
        *,
    from (
        values
        ('right', 100, 20, 70, 4, 1, 5, 2),
        ('twice', 100, 20, 70, 5, 1, 5, 2),
        ('below', 100, 20, 70, 14, 1, -5, 2),
        ('eligible', 101, 21, 70, 4, 1, 5, 2),
        ('base', 100, 20, 71, 3, 1, 5, 2),
        ('off route', 100, 20, 70, 4, 1, 5, 21)
    ) as t (
        question_code, n_eligible, n_not_asked, n_answered, n_dont_know, n_refused, n_skipped,
        n_off_route
    )
),

overview as (
    select
        's' as survey_code,
        'w' as wave_code,
        'all' as source_code,
        'eligible' as step_code,
        100 as n_rows,
),

segments as (
    select * from (values ('s', 'total', true)) as t (survey_code, segment_code, is_total)
),

-- The default scheme leaves nobody out, another scheme does.
quality as (
    select * from (values ('s', 'w', 'x', 60), ('s', 'w', 'x', 40), ('s', 'w', 'y', 10))
        as t (survey_code, wave_code, weighting_scheme, n_respondents)
),

schemes as (
    select * from (values ('s', 'x', true), ('s', 'y', false))
        as t (survey_code, scheme_code, is_default)
),

known as (
    select
        survey_code,
        wave_code,
        question_code,
        70 as n_answers,
        false as is_from_earlier_release,
        true as is_default_scheme,
        'total' as segment_code,
    from planted
),

flagged as (
    {{ test_answers_add_up(
        'planted', overview='overview', estimates='known', segments='segments', quality='quality',
        schemes='schemes'
    ) }}
),

expected as (
    select question_code from planted
    where question_code != 'right'
)

(select question_code from flagged except select question_code from expected)
union all
(select question_code from expected except select question_code from flagged)
