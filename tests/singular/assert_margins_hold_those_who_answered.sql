-- Totals typed as 1.234 are 1.234 people, and those of a thousand or of the sample are no
-- residents: every number of residents that a share stands for would be wrong. Shares say so
-- themselves, and are no numbers of people.
with raked as (
    select distinct
        scheme_code,
        wave_code,
        group_value,
    from {{ ref('wgt_targets') }}
)

select
    made.scheme_code,
    made.wave_code,
    made.group_value,
    made.n_respondents || ' answered and the margins add up to ' || round(made.population, 3)
    || ' people: give people (2450, not 2.450 or thousands) in weighting_margins.csv or the landed '
    || 'population, or shares that add up to 1 or 100' as problem,
from {{ ref('wgt_weighting_diagnostics') }} as made
inner join raked using (scheme_code, wave_code, group_value)
where made.margin_flag is null and made.population < made.n_respondents * (1 - 1e-9)
order by made.scheme_code, made.wave_code, made.group_value
