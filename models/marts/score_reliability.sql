-- Of everybody, in the default scheme: the mean of the same score says whether it may be seen.
with means as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        question_code,
        is_withheld,
        is_from_earlier_release,
    from {{ ref('estimates') }}
    inner join {{ ref('est_segments') }} using (survey_code, segment_code)
    where is_total and statistic = 'mean'
),

engine as (
    select
        found.* replace (
            {% for column in ['alpha', 'item_rest_correlation', 'alpha_without_item'] -%}
                if(isfinite({{ column }}), {{ column }}, null) as {{ column }}
                {{- ', ' if not loop.last }}
            {% endfor -%}
        ),
        composites.is_reversed,
        composites.min_items,
        composites.combination,
        count(*) over (
            partition by found.wave_code, found.question_code
        ) as n_items,
        found.n_answers < surveys.min_base_n
        or coalesce(means.is_withheld, true)
        -- Made anew beside a score that stands from the release before, it would tell who came.
        or means.is_from_earlier_release as is_withheld,
    from {{ ref('est_reliability') }} as found
    inner join {{ ref('composites') }} as composites using (question_code, item_question_code)
    inner join {{ ref('surveys') }} as surveys using (survey_code)
    left join means
        on
            found.survey_code = means.survey_code
            and found.wave_code = means.wave_code
            and found.scheme_code = means.weighting_scheme
            and found.question_code = means.question_code
),

published as (
    select
        engine.survey_code,
        engine.wave_code,
        engine.scheme_code as weighting_scheme,
        engine.question_code,
        engine.item_question_code,
        engine.is_reversed,
        engine.n_items,
        engine.min_items::bigint as min_items,
        engine.combination,
        if(engine.is_withheld, null, engine.n_answers)::bigint as n_answers,
        {% for column in ['alpha', 'item_rest_correlation', 'alpha_without_item'] -%}
            {{ published_quantity('engine.' ~ column, 'coefficient') }} as {{ column }},
        {% endfor -%}
        engine.is_withheld,
        questions.label_nl as question_label_nl,
        questions.label_en as question_label_en,
        items.label_nl as item_label_nl,
        items.label_en as item_label_en,
        row_number() over (
            order by
                engine.survey_code, engine.wave_code, questions.sort_order, items.sort_order
        ) as sort_order,
    from engine
    inner join {{ ref('questions') }} as questions
        on engine.question_code = questions.question_code
    inner join {{ ref('questions') }} as items
        on engine.item_question_code = items.question_code
)

select * from published
order by sort_order
