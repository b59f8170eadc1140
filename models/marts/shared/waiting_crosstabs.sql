{{ config(materialized='view') }}

with bases as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        crosstab_code,
        column_value,
        second_column_value,
        max(n_answers) as n_answers,
        flatten(list(earlier_bases)) as earlier_bases,
    from {{ ref('stg_released_crosstabs') }}
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
    from {{ ref('labelled_crosstabs') }} as labelled
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
)

-- Columns add up to the whole: what changed in one is what changed in all but the others. So all
-- wait while few came in one, in all but one, or in none of those that are shown.
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
