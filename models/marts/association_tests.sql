{%- set family = 'survey_code, wave_code, scheme_code, segment_code, topic' -%}
with tests as (
    select
        tests.*,
        questions.survey_code,
        questions.topic,
        questions.label_nl as question_label_nl,
        questions.label_en as question_label_en,
        questions.sort_order as question_order,
        schemes.is_default,
        schemes.sort_order as scheme_order,
        schemes.inference_unit = 'cluster' as is_clustered,
    from {{ ref('est_independence_tests') }} as tests
    inner join {{ ref('questions') }} as questions using (question_code)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code, survey_code)
),

-- Made anew beside figures that stand from the release before, it would tell who came in between.
standing as (
    select
        survey_code,
        wave_code,
        segment_code,
        question_code,
    from {{ ref('estimates') }}
    where is_from_earlier_release
    union
    select
        survey_code,
        wave_code,
        segment_code,
        question_code,
    from {{ ref('distributions') }}
    where is_from_earlier_release
),

main as (
    select
        *,
        {% for name in ['f_statistic', 'df1', 'df2', 'p_value'] -%}
            if(is_clustered, {{ name }}_clustered, {{ name }}) as main_{{ name }},
        {% endfor -%}
    from tests
    anti join standing using (survey_code, wave_code, segment_code, question_code)
    where if(is_clustered, p_value_clustered, p_value) is not null
),

adjusted as (
    {{ with_adjusted_p('main', family, {'main_p_value': 'p_adjusted'}) }}
),

published as (
    select
        main.survey_code,
        main.wave_code,
        main.scheme_code as weighting_scheme,
        main.segment_code,
        main.question_code,
        main.topic,
        {{ rounded('main.main_f_statistic', 'test_statistic') }} as f_statistic,
        {{ rounded('main.main_df1', 'test_statistic') }} as df1,
        {{ rounded('main.main_df2', 'test_statistic') }} as df2,
        {{ published_p('main.main_p_value') }} as p_value,
        {{ published_p('main.p_adjusted') }} as p_adjusted,
        main.p_adjusted < {{ threshold('significance_level') }} as is_significant,
        {{ rounded('main.f_statistic_clustered', 'test_statistic') }} as f_statistic_clustered,
        {{ published_p('main.p_value_clustered') }} as p_value_clustered,
        segments.label_nl as division_label_nl,
        segments.label_en as division_label_en,
        main.question_label_nl,
        main.question_label_en,
        main.is_default as is_default_scheme,
        row_number() over (
            order by
                main.survey_code, main.wave_code, main.scheme_order, segments.sort_order,
                main.question_order
        ) as sort_order,
    from adjusted as main
    inner join {{ ref('segments') }} as segments using (survey_code, segment_code)
)

select * from published
order by sort_order
