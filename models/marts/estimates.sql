with published as (
    select * from {{ ref('est_published_estimates') }}
),

-- Who holds the release before must not get the answers of the few who came since.
compared as (
    select
        published.*,
        not published.is_withheld
        and (
            waiting.question_code is not null
            or {{ few_newcomers(
                'published.n_answers', 'released.n_answers', 'released.earlier_bases'
            ) }}
        ) as is_from_earlier_release,
        released.survey_code is not null as is_released,
        {% for column in released_figure_columns() -%}
            released.{{ column }} as released_{{ column }},
        {% endfor -%}
    from published
    {{ join_waiting('published') }}
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
    select {{ standing('compared', released_figure_columns()) }},
    from compared
    left join {{ ref('flags') }} as protected
        on protected.flag_code = 'protected' and protected.kind = 'withheld'
),

-- Of the figure with each of its sources left out in turn; of one that stands, it is not made.
ranges as (
    select distinct
        effects.survey_code,
        effects.wave_code,
        effects.weighting_scheme,
        totals.segment_code,
        effects.question_code,
        effects.statistic,
        effects.option_code,
        effects.source_low,
        effects.source_high,
    from {{ ref('source_effects') }} as effects
    inner join {{ ref('est_segments') }} as totals
        on effects.survey_code = totals.survey_code and totals.is_total
    where effects.is_every_source
),

-- Of what is published: a finer error could be worked out of them.
planned as (
    select
        standing.* exclude (standing.kind),
        ranges.source_low,
        ranges.source_high,
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
    left join ranges
        on
            standing.survey_code = ranges.survey_code
            and standing.wave_code = ranges.wave_code
            and standing.weighting_scheme = ranges.weighting_scheme
            and standing.segment_code = ranges.segment_code
            and standing.question_code = ranges.question_code
            and standing.statistic = ranges.statistic
            and standing.option_code is not distinct from ranges.option_code
)

select * from planned
order by sort_order
