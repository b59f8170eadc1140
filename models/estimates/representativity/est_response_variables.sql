-- Crossed as raked under the default scheme: variables whose population is known.
with variables as (
    select distinct
        schemes.survey_code,
        unnest([variables.attribute_code, variables.second_attribute_code]) as attribute_code,
    from {{ ref('weighting_schemes') }} as schemes
    inner join {{ ref('weighting_variables') }} as variables using (scheme_code)
    where schemes.is_default and variables.target_source = 'population'
),

needed as (
    select
        survey_code,
        attribute_code,
        count(*) over (partition by survey_code) as n_variables,
    from variables
    where attribute_code is not null
)

select * from needed
order by all
