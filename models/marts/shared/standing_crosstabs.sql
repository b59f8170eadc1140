{{ config(materialized='view') }}

with labelled as (
    select * from {{ ref('labelled_crosstabs') }}
),

released as (
    select * from {{ ref('stg_released_crosstabs') }}
),

-- Of an answer that nobody gives any more there is no row to stand, and without it the shares of a
-- column would not add up: none of them stands.
in_part as (
    select distinct
        released.survey_code,
        released.wave_code,
        released.weighting_scheme,
        released.crosstab_code,
        released.column_value,
        released.second_column_value,
        released.statistic,
    from released
    anti join labelled
        on
            {{ same_crosstab_column('released', 'labelled') }}
            and released.statistic = labelled.statistic
            and released.answer_code is not distinct from labelled.answer_code
    where released.estimate is not null
),

-- Apart: a join on what only the one side says compares every row with every other.
whole as (
    select released.*
    from released
    anti join in_part
        on
            {{ same_crosstab_column('released', 'in_part') }}
            and released.statistic = in_part.statistic
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
            whole.{{ column }} as released_{{ column }},
        {% endfor -%}
        whole.survey_code is not null as is_released,
    from labelled
    left join waiting using (crosstab_code, wave_code)
    left join {{ ref('waiting_crosstabs') }} as few on {{ same_crosstab('labelled', 'few') }}
    left join whole
        on
            {{ same_crosstab_column('labelled', 'whole') }}
            and labelled.statistic = whole.statistic
            and labelled.answer_code is not distinct from whole.answer_code
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
