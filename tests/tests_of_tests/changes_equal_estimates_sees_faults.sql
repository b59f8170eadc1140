-- A grade was 6.2 in 2024 and is 6.6 in 2025. Planted per question, beside a right one: the change
-- turned, the waves exchanged, the interval exchanged or that of another figure, another verdict,
-- and a change that is left out.
with waves as (
    select * from (
        values ('s', '2024', '2024-07-01'::date), ('s', '2025', '2025-07-01'::date)
    ) as t (survey_code, wave_code, fieldwork_start)
),

known as (
    select
        's' as survey_code,
        waves.wave_code,
        'x' as weighting_scheme,
        'total' as segment_code,
        'total' as segment_value,
        null::varchar as second_segment_value,
        questions.question_code,
        'mean' as statistic,
        null::varchar as option_code,
        waves.estimate,
        100 as n_answers,
        false as is_withheld,
        false as is_from_earlier_release,
        'Totaal' as segment_label_nl,
        questions.question_code as question_label_nl,
    from (values ('2024', 6.2), ('2025', 6.6)) as waves (wave_code, estimate)
    cross join (
        values ('right'), ('turned'), ('waves'), ('interval'), ('wide'), ('lost'), ('p'), ('label'),
        ('verdict')
    ) as questions (question_code)
),

tests as (
    select
        known.* exclude (estimate, n_answers, segment_value, second_segment_value),
        'waves' as comparison_kind,
        '2024' as compared_wave_code,
        segment_value as segment_value_a,
        second_segment_value as second_segment_value_a,
        0.4 as difference,
        0.1 as se,
        0.2 as ci_low,
        0.6 as ci_high,
        0.01 as p_value,
        0.02 as p_adjusted,
        true as is_significant,
        'certain_difference' as verdict,
    from known
    where wave_code = '2025'
),

planted as (
    select
        tests.* exclude (difference, segment_value_a, second_segment_value_a, comparison_kind)
        replace (
            if(question_code = 'waves', '2024', wave_code) as wave_code,
            if(question_code = 'waves', '2025', compared_wave_code) as compared_wave_code,
            case question_code when 'interval' then 0.6 when 'wide' then 0.1 else ci_low end
                as ci_low,
            case question_code when 'interval' then 0.2 when 'wide' then 0.7 else ci_high end
                as ci_high,
            if(question_code = 'p', 0.2, p_value) as p_value,
            if(question_code = 'verdict', 'indication', verdict) as verdict,
            if(question_code = 'label', 'Man', segment_label_nl) as segment_label_nl
        ),
        'total' as segment_value,
        null::varchar as second_segment_value,
        6.6 as estimate,
        6.2 as earlier_estimate,
        if(question_code = 'turned', -0.4, 0.4) as change,
    from tests
    where question_code != 'lost'
),

flagged as (
    {{ test_changes_equal_estimates(
        'planted', estimates='known', comparisons='tests', waves='waves'
    ) }}
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
