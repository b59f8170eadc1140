{{ config(materialized='view') }}

with sides as (
    select
        survey_code,
        'attribute' as kind,
        attribute_code as code,
        level_code as level,
        label_nl,
        label_en,
        sort_order,
    from {{ ref('est_level_labels') }}
    union all
    select
        questions.survey_code,
        'question' as kind,
        questions.question_code as code,
        -- Answers that are numbers are known by their number.
        if(
            scales.kind = 'number',
            {{ number_text('options.value_number') }},
            options.option_code
        ) as level,
        options.label_nl,
        options.label_en,
        options.sort_order,
    from {{ ref('questions') }} as questions
    inner join {{ ref('scales') }} as scales using (scale_code)
    inner join {{ ref('stg_options') }} as options using (option_set_code)
),

labelled as (
    select
        made.* exclude (scheme_code, higher_than, withheld_reason, df, n_answers),
        made.scheme_code as weighting_scheme,
        made.higher_than as significantly_higher_than,
        made.df::bigint as df,
        made.n_answers::bigint as n_answers,
        made.withheld_reason is not null as is_withheld,
        made.withheld_reason::varchar as withheld_reason,
        if(measures.is_distribution, 'share', measures.statistic) as statistic,
        measures.option_code as answer_code,
        coalesce(measures.option_label_nl, measures.statistic_label_nl) as label_nl,
        coalesce(measures.option_label_en, measures.statistic_label_en) as label_en,
        measures.question_label_nl,
        measures.question_label_en,
        crosstabs.label_nl as crosstab_label_nl,
        crosstabs.label_en as crosstab_label_en,
        schemes.is_default as is_default_scheme,
        {% for language, total in [('nl', 'Totaal'), ('en', 'Total')] -%}
            if(
                made.column_value = 'total', '{{ total }}',
                coalesce(first.label_{{ language }}, made.column_value)
                || coalesce(
                    ', ' || coalesce(second.label_{{ language }}, made.second_column_value), ''
                )
            ) as column_label_{{ language }},
            if(
                made.second_column_value is not null,
                coalesce(first.label_{{ language }}, made.column_value),
                null
            ) as first_label_{{ language }},
            coalesce(second.label_{{ language }}, made.second_column_value)
                as second_label_{{ language }},
        {% endfor -%}
        row_number() over (
            order by
                crosstabs.survey_code, crosstabs.sort_order, made.crosstab_code, made.wave_code,
                made.column_value != 'total', first.sort_order, made.column_value,
                second.sort_order, made.second_column_value, not measures.is_distribution,
                made.measure_id
        ) as sort_order,
    from {{ ref('declared_crosstabs') }} as made
    inner join {{ ref('crosstab_definitions') }} as crosstabs using (crosstab_code, survey_code)
    inner join {{ ref('weighting_schemes') }} as schemes on made.scheme_code = schemes.scheme_code
    inner join {{ ref('est_figure_measures') }} as measures using (measure_id, survey_code)
    {% for side, column in [('first', 'column'), ('second', 'second_column')] -%}
        left join sides as {{ side }}
            on
                made.survey_code = {{ side }}.survey_code
                and made.{{ column }}_kind = {{ side }}.kind
                and made.{{ column }}_code = {{ side }}.code
                and made.{{ column }}_value = {{ side }}.level
    {% endfor -%}
)

select * from labelled
