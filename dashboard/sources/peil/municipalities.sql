-- In the order of the code, which says nothing about how a municipality did.
select distinct
    municipalities.municipality_code,
    municipalities.label_nl,
    municipalities.group_code as participation,
    municipalities.group_label_nl as participation_label_nl
from marts.dim_municipalities as municipalities
inner join marts.about as about on municipalities.survey_code = about.survey_code
where about.is_latest_wave and about.audience = 'residents'
order by municipalities.municipality_code
