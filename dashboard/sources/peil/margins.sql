-- Per level of the default scheme: aimed for, before and after weighting.
select
    margins.group_value,
    margins.attribute_code,
    margins.level_code,
    margins.label_nl,
    margins.n_respondents,
    margins.target_share,
    margins.unweighted_share,
    margins.weighted_share,
    margins.is_unknown_in_population
from marts.weighting_margins_reached as margins
inner join marts.about as about
    on
        margins.survey_code = about.survey_code
        and margins.wave_code = about.wave_code
inner join marts.weighting_quality as quality
    on
        margins.survey_code = quality.survey_code
        and margins.wave_code = quality.wave_code
        and margins.weighting_scheme = quality.weighting_scheme
        and margins.group_value = quality.group_value
where about.is_latest_wave and about.audience = 'residents' and quality.is_default_scheme
order by margins.group_value asc, margins.attribute_code desc, margins.level_code asc
