{{ config(materialized='view') }}

with labelled as (
    select * from {{ ref('labelled_crosstabs') }}
),

released as (
    select * from {{ ref('stg_released_crosstabs') }}
),

bases as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        crosstab_code,
        column_value,
        second_column_value,
        max(n_answers) as n_answers,
        flatten(list(earlier_bases)) as earlier_bases,
    from released
    group by all
),

columns as (
    select
        labelled.survey_code,
        labelled.wave_code,
        labelled.weighting_scheme,
        labelled.crosstab_code,
        labelled.column_value,
        labelled.second_column_value,
        labelled.column_value = 'total' as is_total,
        max(labelled.n_answers) as n_now,
        any_value(bases.n_answers) as n_released,
        any_value(bases.earlier_bases) as earlier_bases,
    from labelled
    inner join bases
        on
            {{ same_crosstab('labelled', 'bases') }}
            and labelled.column_value = bases.column_value
            and labelled.second_column_value is not distinct from bases.second_column_value
    group by all
),

changes as (
    select
        *,
        n_now - n_released as change,
        max(n_now - n_released) filter (where is_total) over one as whole,
        sum(n_now - n_released) filter (where not is_total) over one as of_columns,
    from columns
    window one as (partition by survey_code, wave_code, weighting_scheme, crosstab_code)
),

-- Columns add up to the whole: what changed in one is what changed in all but the others. So all
-- wait while few came in one, in all but one, or in none of those that are shown.
few as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        crosstab_code,
    from changes
    group by all
    having
        bool_or({{ few_newcomers('n_now', 'n_released', 'earlier_bases') }})
        or bool_or({{ few_newcomers('whole', 'change', '[]::bigint[]') }})
        or bool_or({{ few_newcomers('whole', 'of_columns', '[]::bigint[]') }})
),

-- A crosstab that was declared while figures of its question stand from the release before would
-- tell the figures that do not.
waiting as (
    select
        labelled.crosstab_code,
        labelled.wave_code,
    from labelled
    inner join {{ ref('estimates') }} as figures
        using (survey_code, wave_code, weighting_scheme, question_code)
    anti join released using (crosstab_code, wave_code, weighting_scheme)
    group by labelled.crosstab_code, labelled.wave_code
    having bool_or(figures.is_from_earlier_release)
),

-- Who holds the release before must not get the answers of the few who came since.
compared as (
    select
        labelled.* replace (
            labelled.is_withheld or waiting.crosstab_code is not null as is_withheld,
            coalesce(
                labelled.withheld_reason, if(waiting.crosstab_code is null, null, 'protected')
            ) as withheld_reason
        ),
        not labelled.is_withheld and few.crosstab_code is not null as is_from_earlier_release,
        {% for column in released_crosstab_columns() -%}
            released.{{ column }} as released_{{ column }},
        {% endfor -%}
        released.survey_code is not null as is_released,
    from labelled
    left join waiting using (crosstab_code, wave_code)
    left join few on {{ same_crosstab('labelled', 'few') }}
    left join released
        on
            {{ same_crosstab('labelled', 'released') }}
            and labelled.column_value = released.column_value
            and labelled.second_column_value is not distinct from released.second_column_value
            and labelled.statistic = released.statistic
            and labelled.answer_code is not distinct from released.answer_code
),

standing as (
    select
        * replace (
            {% for column in released_crosstab_columns() -%}
                case
                    when is_withheld or (is_from_earlier_release and not is_released) then null
                    when is_from_earlier_release then released_{{ column }}
                    else {{ column }}
                end as {{ column }},
            {% endfor -%}
            is_withheld or (is_from_earlier_release and not is_released) as is_withheld,
            coalesce(
                withheld_reason,
                if(is_from_earlier_release and not is_released, 'protected', null)
            ) as withheld_reason
        ),
        -- The test is of all columns together: none while one of them stands, or waits.
        bool_or(is_from_earlier_release) over (partition by crosstab_code, wave_code)
        or bool_and(is_withheld) over (partition by crosstab_code, wave_code) as has_no_test,
    from compared
)

select * from standing
