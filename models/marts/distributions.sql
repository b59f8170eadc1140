{%- set group = (
    'survey_code, wave_code, weighting_scheme, segment_code, segment_value, '
    ~ 'second_segment_value, question_code'
) -%}
with published as (
    select * from {{ ref('est_published_answers') }}
),

-- What readers hold of a question: shares, or figures where the shares were not shown.
held as (
    {% for relation in ['stg_released_answers', 'stg_released_figures'] -%}
        select
            {{ group }},
            n_answers,
            earlier_bases,
            {{ loop.index }} as choice,
        from {{ ref(relation) }}
        {% if not loop.last -%} union all {% endif -%}
    {% endfor %}
),

-- Numbers that share a row can get one each when more people gave them.
bases as (
    select
        {{ group }},
        max(n_answers) as n_answers,
        flatten(list(earlier_bases)) as earlier_bases,
    from held
    group by {{ group }}, choice
    qualify row_number() over (partition by {{ group }} order by choice) = 1
),

-- Who holds the release before must not get the answers of the few who came since.
compared as (
    select
        published.*,
        not published.is_withheld
        and {{ few_newcomers(
            'published.n_answers', 'bases.n_answers', 'bases.earlier_bases'
        ) }}
            as is_from_earlier_release,
        released.survey_code is not null as is_released,
        {% for column in released_answer_columns() -%}
            released.{{ column }} as released_{{ column }},
        {% endfor -%}
    from published
    left join bases
        on
            published.survey_code = bases.survey_code
            and published.wave_code = bases.wave_code
            and published.weighting_scheme = bases.weighting_scheme
            and {{ same_group('published', 'bases') }}
            and published.question_code = bases.question_code
    left join {{ ref('stg_released_answers') }} as released
        on
            published.survey_code = released.survey_code
            and published.wave_code = released.wave_code
            and published.weighting_scheme = released.weighting_scheme
            and {{ same_group('published', 'released') }}
            and published.question_code = released.question_code
            and published.statistic = released.statistic
            and published.answer_code is not distinct from released.answer_code
),

-- What stands and was not released is not shown until it is made anew.
standing as (
    select
        compared.* exclude (
            is_released,
            {% for column in released_answer_columns() -%}
                released_{{ column }}{{ ', ' if not loop.last }}
            {%- endfor %}
        ) replace (
            {% for column in released_answer_columns() if column != 'quality_flag' -%}
                if(is_from_earlier_release, released_{{ column }}, {{ column }}) as {{ column }},
            {% endfor -%}
            if(
                is_from_earlier_release,
                if(is_released, released_quality_flag, 'withheld'),
                quality_flag
            ) as quality_flag,
            is_withheld or (is_from_earlier_release and not is_released) as is_withheld,
            if(
                is_from_earlier_release and not is_released, protected.flag_code, withheld_reason
            ) as withheld_reason,
            {% for language in ['nl', 'en'] -%}
                if(
                    is_from_earlier_release and not is_released,
                    protected.label_{{ language }}, withheld_label_{{ language }}
                ) as withheld_label_{{ language }}{{ ', ' if not loop.last }}
            {% endfor %}
        ),
    from compared
    left join {{ ref('flags') }} as protected
        on protected.flag_code = 'protected' and protected.kind = 'withheld'
)

select * from standing
order by sort_order
