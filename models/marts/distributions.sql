with published as (
    select * from {{ ref('est_published_answers') }}
),

-- Numbers that share a row can get one each when more people gave them: not of one row, but of the
-- shares of its group.
bases as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        segment_code,
        segment_value,
        second_segment_value,
        question_code,
        max(n_answers) as n_answers,
        flatten(list(earlier_bases)) as earlier_bases,
    from {{ ref('stg_released_answers') }}
    group by all
),

-- Of a number that nobody gives any more there is no row to stand, and without it the shares would
-- not add up: none of them stands.
in_part as (
    select distinct
        released.survey_code,
        released.wave_code,
        released.weighting_scheme,
        released.segment_code,
        released.segment_value,
        released.second_segment_value,
        released.question_code,
        released.statistic,
    from {{ ref('stg_released_answers') }} as released
    anti join published
        on
            {{ same_answers('released', 'published') }}
            and released.statistic = published.statistic
            and released.answer_code is not distinct from published.answer_code
    where released.statistic = 'share' and released.estimate is not null
),

-- Apart: a join on what only the one side says compares every row with every other.
released as (
    select answers.*
    from {{ ref('stg_released_answers') }} as answers
    anti join in_part
        on
            {{ same_answers('answers', 'in_part') }}
            and answers.statistic = in_part.statistic
),

-- Who holds the release before must not get the answers of the few who came since.
compared as (
    select
        published.*,
        not published.is_withheld
        and (
            waiting.question_code is not null
            or {{ few_newcomers(
                'published.n_answers', 'bases.n_answers', 'bases.earlier_bases'
            ) }}
        ) as is_from_earlier_release,
        released.survey_code is not null as is_released,
        {% for column in released_answer_columns() -%}
            released.{{ column }} as released_{{ column }},
        {% endfor -%}
    from published
    {{ join_waiting('published') }}
    left join bases
        on
            {{ same_answers('published', 'bases') }}
    left join released
        on
            {{ same_answers('published', 'released') }}
            and published.statistic = released.statistic
            and published.answer_code is not distinct from released.answer_code
)

select {{ standing('compared', released_answer_columns()) }},
from compared
left join {{ ref('flags') }} as protected
    on protected.flag_code = 'protected' and protected.kind = 'withheld'
order by sort_order
