with published as (
    select * from {{ ref('est_published_comparisons') }}
),

-- A difference with a side that stands from the release before stands with it, unless its other
-- side is withheld now; without a released one nothing is shown until that side is made anew.
compared as (
    select
        published.*,
        coalesce(a.is_from_earlier_release, false) or coalesce(b.is_from_earlier_release, false)
            as is_from_earlier_release,
        released.survey_code is not null as is_released,
        a.ci_low as side_ci_low,
        a.ci_high as side_ci_high,
        a.ci_low_clustered as side_ci_low_clustered,
        a.ci_high_clustered as side_ci_high_clustered,
        b.estimate as everybody,
        {% for column in released_difference_columns() -%}
            released.{{ column }} as released_{{ column }},
        {% endfor -%}
    from published
    {% for side, wave, segment, measure in [
        ('a', 'wave_code', 'segment_code', ''),
        ('b', 'compared_wave_code', 'compared_segment_code', 'compared_')
    ] -%}
        left join {{ ref('estimates') }} as {{ side }}
            on
                published.survey_code = {{ side }}.survey_code
                and published.{{ wave }} = {{ side }}.wave_code
                and published.weighting_scheme = {{ side }}.weighting_scheme
                and published.{{ segment }} = {{ side }}.segment_code
                and published.segment_value_{{ side }} = {{ side }}.segment_value
                and published.second_segment_value_{{ side }}
                is not distinct from {{ side }}.second_segment_value
                and published.{{ measure }}question_code = {{ side }}.question_code
                and published.{{ measure }}statistic = {{ side }}.statistic
                and published.{{ measure }}option_code is not distinct from {{ side }}.option_code
    {% endfor -%}
    left join {{ ref('stg_released_differences') }} as released
        on
            published.comparison_kind = released.comparison_kind
            {% for key in [
                'survey_code', 'wave_code', 'compared_wave_code',
                'weighting_scheme', 'segment_code', 'segment_value_a', 'compared_segment_code',
                'segment_value_b', 'question_code', 'statistic', 'compared_question_code',
                'compared_statistic'
            ] -%}
                and published.{{ key }} = released.{{ key }}
            {% endfor -%}
            {% for key in [
                'second_segment_value_a', 'second_segment_value_b', 'option_code',
                'compared_option_code'
            ] -%}
                and published.{{ key }} is not distinct from released.{{ key }}
            {% endfor %}
),

standing as (
    select
        compared.* exclude (
            is_released,
            {% for column in released_difference_columns() -%}
                released_{{ column }}{{ ', ' if not loop.last }}
            {%- endfor %}
        ) replace (
            {% for column in released_difference_columns() -%}
                if(
                    is_from_earlier_release and not is_withheld,
                    {{ 'coalesce(released_' ~ column ~ ', false)' if column.startswith('is_')
                    else 'released_' ~ column }},
                    {{ column }}
                ) as {{ column }},
            {% endfor -%}
            is_withheld or (is_from_earlier_release and not is_released) as is_withheld,
            if(
                is_from_earlier_release and not is_released,
                coalesce(withheld_reason, 'protected'), withheld_reason
            ) as withheld_reason,
            {% for language in ['nl', 'en'] -%}
                if(
                    is_from_earlier_release and not is_released and not is_withheld,
                    protected.label_{{ language }}, withheld_label_{{ language }}
                ) as withheld_label_{{ language }}{{ ', ' if not loop.last }}
            {% endfor %}
        ),
    from compared
    left join {{ ref('flags') }} as protected
        on protected.flag_code = 'protected' and protected.kind = 'withheld'
),

judged as (
    select
        * exclude (
            side_ci_low, side_ci_high, side_ci_low_clustered, side_ci_high_clustered, everybody
        ),
        {% for suffix in ['', '_clustered'] -%}
            {{ verdict(
                'difference', 'ci_low' ~ suffix, 'ci_high' ~ suffix, 'is_significant' ~ suffix,
                "coalesce(comparison_kind = 'total' and everybody between side_ci_low" ~ suffix
                ~ " and side_ci_high" ~ suffix ~ ", false)"
            ) }} as verdict{{ suffix }},
        {% endfor -%}
    from standing
),

labelled as (
    select
        judged.*,
        verdicts.label_nl as verdict_label_nl,
        verdicts.label_en as verdict_label_en,
    from judged
    left join {{ ref('flags') }} as verdicts
        on judged.verdict = verdicts.flag_code and verdicts.kind = 'difference'
)

select * from labelled
order by sort_order
