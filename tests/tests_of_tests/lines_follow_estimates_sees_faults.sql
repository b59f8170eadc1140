-- A grade was 6.0, 6.2 and 6.7 in three summers: a line of 0.35 a year. Planted per question, beside
-- a right one: the line turned, an interval exchanged or shifted, a wave too many, no error of a
-- test, and an adjusted p that is smaller than the p.
with waves as (
    select
        's' as survey_code,
        wave_code,
        start as fieldwork_start,
        start as fieldwork_end,
    from (
        values ('1', '2023-07-01'::date), ('2', '2024-06-30'::date), ('3', '2025-07-01'::date)
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

planted as (
    select
        survey_code,
        weighting_scheme,
        segment_code,
        segment_value,
        second_segment_value,
        question_code,
        statistic,
        option_code,
        '1' as first_wave_code,
        '3' as last_wave_code,
        if(question_code = 'waves', 4, 3) as n_waves,
        if(question_code = 'turned', -0.3498, 0.3498) as change_per_year,
        0.1 as se,
        case question_code when 'exchanged' then 0.5498 when 'turned' then -0.5498 else 0.1498 end
            as ci_low,
        case question_code
            when 'exchanged' then 0.1498 when 'turned' then -0.1498 when 'shifted' then 0.6
            else 0.5498
        end as ci_high,
        if(question_code = 'error', 0, 200) as df,
        0.01 as p_value,
        if(question_code = 'adjusted', 0.001, 0.02) as p_adjusted,
    from known
    where wave_code = '3'
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
