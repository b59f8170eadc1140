-- More digits than these give away whole numbers of people, and none below 0 is a number of digits.
-- Made-up answers may be published as exactly as one likes.
with most as (
    select * from (
        values
        ('share', 3), ('mean', 2), ('net', 3), ('mean_small_base', 2), ('share_small_base', 3),
        ('net_small_base', 3), ('weighted_n', 3), ('effective_n', 3), ('design_effect', 3),
        ('weight', 3), ('p_value', 3), ('test_statistic', 3), ('coefficient', 3), ('planned_n', 3)
    ) as listed (quantity, digits)
),

surveyed as (
    select bool_or(not is_simulated) as is_of_real_people
    from {{ ref('surveys') }}
)

select
    given.quantity,
    given.digits,
    most.digits as at_most,
from {{ ref('publication_rounding') }} as given
inner join most using (quantity)
cross join surveyed
where
    given.digits < if(given.method = 'significant', 1, 0)
    or (surveyed.is_of_real_people and given.digits > most.digits)
order by given.quantity
