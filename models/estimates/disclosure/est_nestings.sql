with together as (
    select distinct
        parent.wave_code,
        parent.segment_code as parent_code,
        parent.segment_value as parent_value,
        child.segment_code as child_code,
        child.segment_value as child_value,
    from {{ ref('est_profile_segments') }} as parent
    inner join {{ ref('est_profile_segments') }} as child using (wave_code, profile_key)
    where parent.segment_code != child.segment_code
),

-- A segment is nested in another when each of its groups lies in one group of the other.
counted as (
    select
        *,
        count(*) over (partition by wave_code, parent_code, child_code, child_value) as n_parents,
    from together
),

nested as (
    select
        *,
        max(n_parents) over (partition by wave_code, parent_code, child_code) as max_parents,
    from counted
)

select
    wave_code,
    parent_code,
    parent_value,
    child_code,
    child_value,
from nested
where max_parents = 1
order by all
