-- The numbers given to questions of which no share per answer is declared: each is an answer of its
-- own. Rare ones join the next number towards the middle, so that everybody's distribution can be
-- shown. A question with very many numbers has none.
with given as (
    select
        counts.survey_code,
        counts.question_code,
        counts.value_number,
        any_value(scales.value_from) as scale_from,
        any_value(scales.value_to) as scale_to,
        sum(counts.n_answers) as n_answers,
    from {{ ref('est_answer_counts') }} as counts
    inner join {{ ref('questions') }} as questions using (survey_code, question_code)
    inner join {{ ref('scales') }} as scales using (scale_code)
    where
        counts.attribute_code is null
        and not counts.is_base
        and counts.value_number is not null
        and questions.scale_code not in (
            select declared.scale_code from {{ ref('scale_statistics') }} as declared
            where declared.kind = 'option'
        )
    group by counts.survey_code, counts.question_code, counts.value_number
    qualify
        count(*) over (partition by counts.survey_code, counts.question_code)
        <= {{ threshold('max_distribution_values') }}
),

-- Up to the median a class ends where enough people gave it or a lower number; above it, it begins
-- where enough gave it or a higher one.
ranked as (
    select
        *,
        sum(n_answers) over upwards as n_up_to,
        sum(n_answers) over downwards as n_from,
    from given
    window
        upwards as (partition by survey_code, question_code order by value_number),
        downwards as (partition by survey_code, question_code order by value_number desc)
),

classed as (
    select
        *,
        case
            when n_up_to < {{ threshold('min_answer_n') }} then 'lowest'
            when n_from < {{ threshold('min_answer_n') }} then 'highest'
            -- The first with enough people takes in what lies beyond it.
            when n_up_to - n_answers < {{ threshold('min_answer_n') }} and n_up_to > n_answers
                then 'lowest'
            when n_from - n_answers < {{ threshold('min_answer_n') }} and n_from > n_answers
                then 'highest'
            else {{ number_text('value_number') }}
        end as class,
    from ranked
),

-- A row of several numbers ends where the scale does: what was given least or most is a person's.
classes as (
    select
        survey_code,
        question_code,
        least(min(value_number), min(scale_from) filter (where class = 'lowest')) as value_from,
        greatest(
            max(value_number),
            max(scale_to) filter (where class in ('lowest', 'highest') and n_from = n_answers)
        ) as value_to,
    from classed
    group by survey_code, question_code, class
),

options as (
    select
        option_set_code,
        value_number,
        min(option_code) as option_code,
        min(label_nl) as label_nl,
        min(label_en) as label_en,
    from {{ ref('stg_options') }}
    group by option_set_code, value_number
    having count(*) = 1
),

labelled as (
    select
        classes.survey_code,
        classes.question_code,
        questions.topic,
        questions.channel_code,
        questions.aspect,
        questions.label_nl as question_label_nl,
        questions.label_en as question_label_en,
        questions.sort_order as question_order,
        'distribution' as statistic,
        'range' as kind,
        classes.value_from,
        classes.value_to,
        {% for column, mark in [('option_code', none), ('label_nl', ','), ('label_en', '.')] -%}
            if(
                classes.value_from = classes.value_to,
                coalesce(options.{{ column }}, {{ number_text('classes.value_from', mark) }}),
                {{ number_text('classes.value_from', mark) }}
                || '-' || {{ number_text('classes.value_to', mark) }}
            ) as {{ 'option_' if column != 'option_code' }}{{ column }},
        {% endfor -%}
    from classes
    inner join {{ ref('questions') }} as questions using (survey_code, question_code)
    left join options
        on
            questions.option_set_code = options.option_set_code
            and classes.value_from = options.value_number
)

select
    *,
    (select max(measures.measure_id) from {{ ref('est_measures') }} as measures)
    + row_number() over (order by survey_code, question_order, question_code, value_from)
        as measure_id,
from labelled
order by measure_id
