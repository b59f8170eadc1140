with population as (
    select * from {{ ref('wgt_population_levels') }}
),

needed as (
    select
        schemes.scheme_code,
        schemes.survey_code,
        schemes.group_attribute_code,
        variables.attribute_code,
        variables.second_attribute_code,
    from {{ ref('weighting_schemes') }} as schemes
    inner join {{ ref('weighting_variables') }} as variables using (scheme_code)
    where variables.target_source = 'population'
),

-- A resident counts when he or she lives in a municipality of the survey, and when every
-- variable of the scheme, and its group, is known.
must_be_known as (
    select
        scheme_code,
        attribute_code,
    from needed
    union
    select
        scheme_code,
        unnest([second_attribute_code, group_attribute_code]) as attribute_code,
    from needed
    union
    select
        needed.scheme_code,
        attributes.attribute_code,
    from needed
    inner join {{ ref('attributes') }} as attributes using (survey_code)
    where attributes.kind = 'region'
),

in_scope as (
    select
        must_be_known.scheme_code,
        population.delivery_key,
        population.row_number,
    from must_be_known
    inner join population using (attribute_code)
    group by must_be_known.scheme_code, population.delivery_key, population.row_number
    having count(*) = count(population.level_code)
),

from_population as (
    select
        needed.scheme_code,
        population.wave_code,
        coalesce(groups.level_code, 'all') as group_value,
        concat_ws(' × ', needed.attribute_code, needed.second_attribute_code) as attribute_code,
        concat_ws(' × ', population.level_code, seconds.level_code) as level_code,
        needed.attribute_code as first_attribute_code,
        needed.second_attribute_code,
        population.level_code as first_level_code,
        seconds.level_code as second_level_code,
        sum(population.n_residents) as total,
    from needed
    inner join in_scope using (scheme_code)
    inner join population
        on
            in_scope.delivery_key = population.delivery_key
            and in_scope.row_number = population.row_number
            and needed.attribute_code = population.attribute_code
    left join population as seconds
        on
            in_scope.delivery_key = seconds.delivery_key
            and in_scope.row_number = seconds.row_number
            and needed.second_attribute_code = seconds.attribute_code
    left join population as groups
        on
            in_scope.delivery_key = groups.delivery_key
            and in_scope.row_number = groups.row_number
            and needed.group_attribute_code = groups.attribute_code
    group by all
),

-- Every variable of a scheme counts the same residents.
residents as (
    select
        scheme_code,
        wave_code,
        group_value,
        sum(total) / count(distinct attribute_code) as n_residents,
    from from_population
    group by scheme_code, wave_code, group_value
),

declared as (
    select
        targets.* exclude (is_distribution) replace (
            targets.total * coalesce(
                if(targets.is_distribution, residents.n_residents, null)
                / nullif(sum(targets.total) over variable, 0),
                1
            ) as total
        ),
    from {{ ref('wgt_declared_targets') }} as targets
    left join residents using (scheme_code, wave_code, group_value)
    window
        variable as (
            partition by
                targets.scheme_code, targets.wave_code, targets.group_value,
                targets.attribute_code
        )
),

unioned as (
    select * from from_population
    union all by name
    select * from declared
)

select * from unioned
order by scheme_code, wave_code, group_value, attribute_code, level_code
