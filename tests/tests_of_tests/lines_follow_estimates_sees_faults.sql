-- A grade was 6.0, 6.2 and 6.7, each 365 days after the other: 0.7 in 730 / 365.25 years. Planted
-- per question, beside a right one: the line turned, an interval exchanged or shifted, a wave too
-- many, no error of a test, and an adjusted p that is smaller than the p.
with waves as (
    select
        's' as survey_code,
        wave_code,
        start as fieldwork_start,
        start as fieldwork_end,
    from (
        values ('1', '2023-01-01'::date), ('2', '2024-01-01'::date), ('3', '2024-12-31'::date)
    ) as t (wave_code, start)
),

known as (
    select
        's' as survey_code,
        figures.wave_code,
        'x' as weighting_scheme,
        'total' as segment_code,
        'total' as segment_value,
        null::varchar as second_segment_value,
        questions.question_code,
        'mean' as statistic,
        null::varchar as option_code,
        figures.estimate,
        100 as n_answers,
        false as is_withheld,
    from (values ('1', 6.0), ('2', 6.2), ('3', 6.7)) as figures (wave_code, estimate)
    cross join (
        values ('right'), ('turned'), ('exchanged'), ('shifted'), ('waves'), ('error'), ('adjusted')
    ) as questions (question_code)
),

drawn as (
    select
        * exclude (wave_code, estimate, n_answers, is_withheld),
        '1' as first_wave_code,
        '3' as last_wave_code,
        if(question_code = 'waves', 4, 3) as n_waves,
        if(question_code = 'turned', -1, 1) * 0.7 * 365.25 / 730 as change_per_year,
        0.1 as se,
        if(question_code = 'error', 0, 200) as df,
        0.01 as p_value,
        if(question_code = 'adjusted', 0.001, 0.02) as p_adjusted,
    from known
    where wave_code = '3'
),

planted as (
    select
        *,
        change_per_year + if(question_code = 'exchanged', 0.2, -0.2) as ci_low,
        change_per_year + case question_code
            when 'exchanged' then -0.2
            when 'shifted' then 0.3
            else 0.2
        end as ci_high,
    from drawn
),

flagged as (
    {{ test_lines_follow_estimates('planted', estimates='known', waves='waves') }}
),

found as (
    select distinct question_code from flagged
),

expected as (
    select distinct question_code from known
    where question_code != 'right'
)

(select * from found except select * from expected)
union all
(select * from expected except select * from found)
