-- Both figures are published, or neither is shown: a difference made anew beside one that stands
-- from the release before would tell the newcomers.
with totals as (
    select estimates.*
    from {{ ref('estimates') }} as estimates
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    where segments.is_total
),

engine as (
    select
        tests.*,
        own.survey_code,
        own.segment_code,
        own.question_code,
        own.statistic,
        own.option_code,
        own.topic,
        own.estimate,
        base.estimate as default_estimate,
        own.deff,
        base.deff as default_deff,
        own.is_withheld or base.is_withheld
        or own.is_from_earlier_release or base.is_from_earlier_release as is_withheld,
        own.question_label_nl,
        own.question_label_en,
        coalesce(own.option_label_nl, own.statistic_label_nl) as label_nl,
        coalesce(own.option_label_en, own.statistic_label_en) as label_en,
        base.sort_order as figure_order,
    from {{ ref('est_scheme_tests') }} as tests
    inner join {{ ref('est_measures') }} as named using (measure_id)
    {% for side, scheme in [('own', 'scheme_code'), ('base', 'default_scheme_code')] -%}
        inner join totals as {{ side }}
            on
                named.survey_code = {{ side }}.survey_code
                and tests.wave_code = {{ side }}.wave_code
                and tests.{{ scheme }} = {{ side }}.weighting_scheme
                and named.question_code = {{ side }}.question_code
                and named.statistic = {{ side }}.statistic
                and named.option_code is not distinct from {{ side }}.option_code
    {% endfor %}
),

published as (
    select
        engine.survey_code,
        engine.wave_code,
        engine.scheme_code as weighting_scheme,
        engine.default_scheme_code as compared_scheme,
        engine.segment_code,
        engine.question_code,
        engine.statistic,
        engine.option_code,
        engine.topic,
        {% for figure in ['estimate', 'default_estimate', 'deff', 'default_deff'] -%}
            if(engine.is_withheld, null, engine.{{ figure }}) as {{ figure }},
        {% endfor -%}
        {{ published('engine.difference', 'engine.n_answers') }} + 0 as difference,
        {{ published('engine.se', 'engine.n_answers') }} as se,
        {{ published('engine.ci_low', 'engine.n_answers') }} + 0 as ci_low,
        {{ published('engine.ci_high', 'engine.n_answers') }} + 0 as ci_high,
        engine.is_withheld,
        engine.question_label_nl,
        engine.question_label_en,
        engine.label_nl,
        engine.label_en,
        schemes.label_nl as scheme_label_nl,
        schemes.label_en as scheme_label_en,
        row_number() over (
            order by engine.survey_code, engine.wave_code, engine.figure_order, schemes.sort_order
        ) as sort_order,
    from engine
    inner join {{ ref('est_measures') }} as measures using (survey_code, measure_id)
    inner join {{ ref('weighting_schemes') }} as schemes
        on engine.scheme_code = schemes.scheme_code
)

select * from published
order by sort_order
