-- Two base waves would give every later wave two changes "since the base wave".
select
    survey_code,
    string_agg(wave_code, ', ' order by wave_code) as base_waves,
from {{ ref('waves') }}
where is_base
group by survey_code
having count(*) > 1
