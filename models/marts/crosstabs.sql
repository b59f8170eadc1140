with standing as (
    select * from {{ ref('standing_crosstabs') }}
),

selected as (
    select
        standing.survey_code,
        standing.wave_code,
        standing.weighting_scheme,
        standing.crosstab_code,
        standing.question_code,
        standing.column_code,
        standing.column_value,
        standing.second_column_code,
        standing.second_column_value,
        standing.column_letter,
        standing.statistic,
        standing.answer_code,
        standing.estimate,
        standing.se,
        standing.ci_low,
        standing.ci_high,
        standing.df,
        standing.n_answers,
        standing.n_effective,
        standing.row_share,
        standing.significantly_higher_than,
        standing.differs_from_total,
        if(standing.has_no_test, null, standing.f_statistic) as f_statistic,
        if(standing.has_no_test, null, standing.df1) as df1,
        if(standing.has_no_test, null, standing.df2) as df2,
        if(standing.has_no_test, null, standing.p_value) as p_value,
        standing.is_withheld,
        standing.withheld_reason,
        flags.label_nl as withheld_label_nl,
        flags.label_en as withheld_label_en,
        standing.crosstab_label_nl,
        standing.crosstab_label_en,
        standing.question_label_nl,
        standing.question_label_en,
        standing.column_label_nl,
        standing.column_label_en,
        standing.first_label_nl,
        standing.first_label_en,
        standing.second_label_nl,
        standing.second_label_en,
        standing.label_nl,
        standing.label_en,
        standing.is_default_scheme,
        standing.sort_order,
        standing.is_from_earlier_release,
    from standing
    left join {{ ref('flags') }} as flags
        on standing.withheld_reason = flags.flag_code and flags.kind = 'withheld'
)

select * from selected
order by sort_order
