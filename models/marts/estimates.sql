with published as (
    select * from {{ ref('est_published_estimates') }}
),

-- Who holds the release before must not get the answers of the few who came since.
compared as (
    select
        published.*,
        not published.is_withheld
        and {{ few_newcomers('published.n_answers', 'released.n_answers') }}
            as is_from_earlier_release,
        {% for column in released_figure_columns() -%}
            released.{{ column }} as released_{{ column }},
        {% endfor -%}
    from published
    left join {{ ref('stg_released_figures') }} as released
        on
            published.survey_code = released.survey_code
            and published.wave_code = released.wave_code
            and published.weighting_scheme = released.weighting_scheme
            and {{ same_group('published', 'released') }}
            and published.question_code = released.question_code
            and published.statistic = released.statistic
            and published.option_code is not distinct from released.option_code
),

standing as (
    select
        * exclude (
            {% for column in released_figure_columns() -%}
                released_{{ column }}{{ ', ' if not loop.last }}
            {%- endfor %}
        ) replace (
            {% for column in released_figure_columns() -%}
                if(is_from_earlier_release, released_{{ column }}, {{ column }}) as {{ column }}
                {{- ', ' if not loop.last }}
            {% endfor -%}
        ),
    from compared
),

-- Of what is published: a finer error could be worked out of them.
planned as (
    select
        standing.* exclude (standing.kind),
        {{ rounded_figure(
            detectable_difference('standing.se', 'standing.df'), 'standing.kind',
            'standing.n_answers'
        ) }} as detectable_difference,
        if(
            standing.kind in ('range', 'option'),
            {{ rounded(n_for_margin('standing.estimate', 'standing.deff'), 'planned_n') }},
            null
        )::bigint as n_for_margin,
        concat_ws(
            '/', standing.survey_code, standing.wave_code, standing.question_code,
            concat_ws('=', standing.statistic, standing.option_code),
            concat_ws(
                '=', standing.segment_code,
                nullif(
                    concat_ws('*', standing.segment_value, standing.second_segment_value),
                    standing.segment_code
                )
            ),
            standing.weighting_scheme
        ) as figure_code,
    from standing
)

select * from planned
order by sort_order
