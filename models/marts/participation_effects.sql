with effects as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        question_code,
        topic,
        channel_code,
        aspect,
        statistic,
        option_code,
        difference,
        se,
        ci_low,
        ci_high,
        p_value,
        p_adjusted,
        is_significant,
        is_withheld,
        withheld_label_nl,
        withheld_label_en,
        question_label_nl,
        question_label_en,
        coalesce(option_label_nl, statistic_label_nl) as label_nl,
        coalesce(option_label_en, statistic_label_en) as label_en,
        is_default_scheme,
        segment_value_a,
        segment_value_b,
        sort_order,
    from {{ ref('comparisons') }}
    where comparison_kind = 'segments' and segment_code = 'participation'
),

sided as (
    select
        effects.* exclude (segment_value_a, segment_value_b, sort_order),
        a.estimate as participants,
        b.estimate as non_participants,
        a.n_answers as n_participants,
        b.n_answers as n_non_participants,
        effects.sort_order,
    from effects
    inner join {{ ref('estimates') }} as a
        on
            effects.survey_code = a.survey_code
            and effects.wave_code = a.wave_code
            and effects.weighting_scheme = a.weighting_scheme
            and a.segment_code = 'participation'
            and effects.segment_value_a = a.segment_value
            and effects.question_code = a.question_code
            and effects.statistic = a.statistic
            and effects.option_code is not distinct from a.option_code
    inner join {{ ref('estimates') }} as b
        on
            effects.survey_code = b.survey_code
            and effects.wave_code = b.wave_code
            and effects.weighting_scheme = b.weighting_scheme
            and b.segment_code = 'participation'
            and effects.segment_value_b = b.segment_value
            and effects.question_code = b.question_code
            and effects.statistic = b.statistic
            and effects.option_code is not distinct from b.option_code
)

select * from sided
order by sort_order
