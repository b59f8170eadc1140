-- How many gave no answer follows from the base of the figures; why they did not is withheld
-- together as soon as one of the reasons is that of a few people.
with judged as (
    select
        *,
        n_dont_know between 1 and {{ threshold('min_cell_n') }} - 1
        or n_refused between 1 and {{ threshold('min_cell_n') }} - 1
        or n_skipped between 1 and {{ threshold('min_cell_n') }} - 1
        or n_not_asked between 1 and {{ threshold('min_cell_n') }} - 1
        or n_answered between 1 and {{ threshold('min_cell_n') }} - 1
            as is_withheld,
    from {{ ref('est_item_counts') }}
),

shown as (
    select
        survey_code,
        wave_code,
        question_code,
        n_eligible,
        {% for count in ['n_not_asked', 'n_answered'] -%}
            {{ few_people(count) }} as {{ count }},
        {% endfor -%}
        {% for count in ['n_dont_know', 'n_refused', 'n_skipped'] -%}
            if(is_withheld, null, {{ count }})::bigint as {{ count }},
        {% endfor -%}
        {{ few_people('n_off_route') }} as n_off_route,
        is_withheld,
        label_nl,
        label_en,
        sort_order::bigint as sort_order,
    from judged
),

-- A few more respondents would tell by the difference what each of them did not answer.
compared as (
    select
        shown.*,
        {{ few_newcomers(
            'shown.n_eligible', 'released.n_eligible', 'released.earlier_bases'
        ) }} as is_from_earlier_release,
        {% for column in released_item_columns() -%}
            released.{{ column }} as released_{{ column }},
        {% endfor -%}
    from shown
    left join {{ ref('stg_released_items') }} as released
        using (survey_code, wave_code, question_code)
),

standing as (
    select
        * exclude (
            {% for column in released_item_columns() -%}
                released_{{ column }}{{ ', ' if not loop.last }}
            {%- endfor %}
        ) replace (
            {% for column in released_item_columns() -%}
                if(is_from_earlier_release, released_{{ column }}, {{ column }}) as {{ column }}
                {{- ', ' if not loop.last }}
            {% endfor -%}
        ),
    from compared
)

select * from standing
order by wave_code, sort_order
