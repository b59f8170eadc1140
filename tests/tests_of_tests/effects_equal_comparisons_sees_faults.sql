-- The contrast compares level z with level a; comparisons holds them as a minus z, because a stands
-- first on display. z is 6.2 and a 6.6, so that the effect is -0.4 (-0.6 to -0.2) and standardised
-- -0.3 (-0.5 to -0.1). Planted per question, beside a right one: the sign turned with its interval,
-- the sign only, the interval only, sides exchanged, bases exchanged, labels exchanged, levels that
-- are not those of the contrast, the standardised sign, its interval, another test, and another
-- verdict.
with contrasts as (
    select
        's' as survey_code,
        'c' as contrast_code,
        'g' as segment_code,
        'z' as comparison_level_code,
        'a' as reference_level_code,
),

schemes as (
    select * from (values ('s', 'x', 'group'), ('s', 'whole', 'whole'))
        as t (survey_code, scheme_code, target_scope)
),

keys as (
    select
        's' as survey_code,
        'w' as wave_code,
        'g' as segment_code,
        unnest([
            'right', 'turned', 'sign', 'interval', 'sides', 'bases', 'labels', 'levels',
            'standardised', 'standardised interval', 'test', 'verdict'
        ]) as question_code,
        'mean' as statistic,
        null::varchar as option_code,
),

known as (
    select
        *,
        'x' as weighting_scheme,
        null::varchar as second_segment_value,
    from keys
    cross join (values ('z', 6.2, 70, 'Zee'), ('a', 6.6, 80, 'Aa'))
        as t (segment_value, estimate, n_answers, segment_label_nl)
),

labelled as (
    select
        *,
        segment_label_nl as segment_label_en,
        false as is_from_earlier_release,
    from known
),

tests as (
    select
        *,
        'segments' as comparison_kind,
        'a' as segment_value_a,
        'z' as segment_value_b,
        0.1 as se,
        90 as df,
        0.01 as p_value,
        0.02 as p_adjusted,
        true as is_significant,
        false as is_withheld,
        false as is_from_earlier_release,
        null::double as se_clustered,
        null::double as ci_low_clustered,
        null::double as ci_high_clustered,
        null::bigint as df_clustered,
        null::double as p_value_clustered,
        null::double as p_adjusted_clustered,
        false as is_significant_clustered,
        'certain_difference' as verdict,
        null::varchar as verdict_clustered,
    from keys
    cross join (values ('x', 0.4, 0.2, 0.6), ('whole', 0.3, 0.1, 0.5))
        as t (weighting_scheme, difference, ci_low, ci_high)
),

planted as (
    select
        main.* exclude (comparison_kind, segment_value_a, segment_value_b, segment_code)
        replace (
            if(main.question_code in ('turned', 'sign'), 0.4, -0.4) as difference,
            if(main.question_code in ('turned', 'interval'), 0.2, -0.6) as ci_low,
            if(main.question_code in ('turned', 'interval'), 0.6, -0.2) as ci_high,
            if(main.question_code = 'test', 0.2, 0.1) as se,
            if(main.question_code = 'verdict', 'indication', main.verdict) as verdict
        ),
        'c' as contrast_code,
        if(main.question_code = 'levels', 'a', 'z') as comparison_level_code,
        if(main.question_code = 'levels', 'z', 'a') as reference_level_code,
        if(main.question_code = 'sides', 6.6, 6.2) as comparison_estimate,
        if(main.question_code = 'sides', 6.2, 6.6) as reference_estimate,
        if(main.question_code = 'bases', 80, 70) as n_comparison,
        if(main.question_code = 'bases', 70, 80) as n_reference,
        if(main.question_code = 'labels', 'Aa', 'Zee') as comparison_label_nl,
        if(main.question_code = 'labels', 'Zee', 'Aa') as reference_label_nl,
        if(main.question_code = 'labels', 'Aa', 'Zee') as comparison_label_en,
        if(main.question_code = 'labels', 'Zee', 'Aa') as reference_label_en,
        if(main.question_code = 'standardised', 0.3, -0.3) as standardised_difference,
        0.1 as standardised_se,
        if(main.question_code = 'standardised interval', 0.1, -0.5) as standardised_ci_low,
        if(main.question_code = 'standardised interval', 0.5, -0.1) as standardised_ci_high,
        0.02 as standardised_p_adjusted,
        true as is_significant_standardised,
        null::double as standardised_se_clustered,
        null::double as standardised_ci_low_clustered,
        null::double as standardised_ci_high_clustered,
        null::double as standardised_p_adjusted_clustered,
        false as is_significant_standardised_clustered,
        'certain_difference' as standardised_verdict,
        null::varchar as standardised_verdict_clustered,
    from tests as main
    where main.weighting_scheme = 'x'
),

flagged as (
    {{ test_effects_equal_comparisons(
        'planted', estimates='labelled', comparisons='tests', contrasts='contrasts',
        schemes='schemes'
    ) }}
),

expected as (
    select question_code from keys
    where question_code != 'right'
)

(select question_code from flagged except select question_code from expected)
union all
(select question_code from expected except select question_code from flagged)
