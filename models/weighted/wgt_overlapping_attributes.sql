{{ config(materialized='view') }}

select
    attributes.survey_code,
    attributes.attribute_code,
from {{ ref('attributes') }} as attributes
inner join {{ ref('questions') }} using (question_code, survey_code)
inner join {{ ref('scales') }} as scales using (scale_code)
where attributes.kind = 'question' and scales.kind = 'multiple'
