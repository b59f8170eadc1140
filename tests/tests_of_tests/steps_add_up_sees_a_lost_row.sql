-- Planted, waves of sources a and b with all: a row of b is lost (lost), all counts one more (all)
-- and so has another share, a share is of another whole (share), and about counts other
-- respondents (about); right is right.
with planted as (
    select * from (
        values
        ('right', 0, 0, 0.5, 9), ('lost', -1, 0, 0.5, 9), ('all', 0, 1, 0.5, 9),
        ('share', 0, 0, 0.4, 9), ('about', 0, 0, 0.5, 8)
    ) as t (wave_code, lost, more, share, n_about)
),

complete as (
    select
        's' as survey_code,
        planted.wave_code,
        steps.source_code,
        steps.step_code,
        steps.n_rows
        + if(steps.source_code = 'b' and steps.step_code = 'test', planted.lost, 0)
        + if(steps.source_code = 'all' and steps.step_code != 'eligible', planted.more, 0)
            as n_rows,
        if(
            steps.source_code = 'a' and steps.step_code = 'test', planted.share,
            steps.n_rows / steps.received
        ) as share_of_received,
        false as is_withheld,
    from planted
    cross join (
        values
        ('a', 'received', 4, 4), ('a', 'test', 2, 4), ('a', 'eligible', 2, 4),
        ('b', 'received', 8, 8), ('b', 'test', 1, 8), ('b', 'eligible', 7, 8),
        ('all', 'received', 12, 12), ('all', 'test', 3, 12), ('all', 'eligible', 9, 12)
    ) as steps (source_code, step_code, n_rows, received)
),

described as (
    select
        's' as survey_code,
        wave_code,
        n_about as n_respondents,
    from planted
),

flagged as (
    {{ test_steps_add_up('complete', about='described') }}
),

found as (
    select distinct
        wave_code,
        left(problem, 12) as problem,
    from flagged
),

expected as (
    select * from (
        values
        ('lost', 'received is '), ('lost', 'all is not t'), ('all', 'all is not t'),
        ('all', 'share_of_rec'),
        ('share', 'share_of_rec'), ('about', 'eligible: no')
    ) as t (wave_code, problem)
)

(select * from found except select * from expected)
union all
(select * from expected except select * from found)
