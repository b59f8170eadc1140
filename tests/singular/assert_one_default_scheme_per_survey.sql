-- Readers are told to filter on is_default_scheme; two defaults would add up, none would be empty.
select
    surveys.survey_code,
    count(schemes.scheme_code) as n_defaults,
from {{ ref('surveys') }} as surveys
left join {{ ref('weighting_schemes') }} as schemes
    on surveys.survey_code = schemes.survey_code and schemes.is_default
group by surveys.survey_code
having count(schemes.scheme_code) != 1
