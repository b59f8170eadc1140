-- Everybody's mean is 6.5 on 300 answers. Planted per crosstab, beside a right one: another figure,
-- error, end or base than estimates; a withheld figure that is seen, and one that says something; a
-- figure that is not there, outside its interval, a row share above 1, or not 1 of everybody; more
-- effective than answers; a test that is none.
with segments as (
    select
        's' as survey_code,
        'total' as segment_code,
        true as is_total,
        null::varchar as attribute_code,
        null::varchar as second_attribute_code,
),

known as (
    select
        's' as survey_code,
        'w' as wave_code,
        'x' as weighting_scheme,
        'total' as segment_code,
        'total' as segment_value,
        'q' as question_code,
        statistic,
        null::varchar as option_code,
        6.5 as estimate,
        0.1 as se,
        6.3 as ci_low,
        6.7 as ci_high,
        299 as df,
        300 as n_answers,
        250 as n_effective,
        statistic = 'secret' as is_withheld,
        false as is_from_earlier_release,
    from (values ('mean'), ('secret')) as t (statistic)
),

planted as (
    select
        's' as survey_code,
        'w' as wave_code,
        'x' as weighting_scheme,
        crosstab_code,
        'q' as question_code,
        'a' as column_code,
        if(crosstab_code = 'part', 'man', 'total') as column_value,
        null::varchar as second_column_value,
        if(crosstab_code = 'seen', 'secret', 'mean') as statistic,
        null::varchar as answer_code,
        case crosstab_code
            when 'figure' then 6.4
            when 'outside' then 7
            when 'empty' then null
            else 6.5
        end as estimate,
        if(crosstab_code = 'error', 0.2, 0.1) as se,
        if(crosstab_code = 'low', 6.2, 6.3) as ci_low,
        6.7 as ci_high,
        299 as df,
        if(crosstab_code = 'base', 301, 300) as n_answers,
        if(crosstab_code = 'effective', 400, 250) as n_effective,
        case crosstab_code when 'everybody' then 0.9 when 'part' then 1.1 end as row_share,
        null::varchar as significantly_higher_than,
        if(crosstab_code = 'test', 0, 0.5) as p_value,
        2.0 as f_statistic,
        1.5 as df1,
        100.0 as df2,
        crosstab_code = 'says' as is_withheld,
        false as is_from_earlier_release,
    from (
        values ('right'), ('figure'), ('error'), ('low'), ('base'), ('seen'), ('says'), ('empty'),
        ('outside'), ('part'), ('everybody'), ('effective'), ('test')
    ) as t (crosstab_code)
),

flagged as (
    {{ test_crosstabs_follow_estimates('planted', estimates='known', segments='segments') }}
),

found as (
    select distinct crosstab_code from flagged
),

expected as (
    select distinct crosstab_code from planted
    where crosstab_code != 'right'
)

(select * from found except select * from expected)
union all
(select * from expected except select * from found)
