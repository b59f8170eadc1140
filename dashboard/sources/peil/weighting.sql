-- How the weights of each scheme came out.
select
    quality.weighting_scheme,
    quality.label_nl,
    quality.group_value,
    quality.n_respondents,
    quality.population,
    quality.is_converged,
    quality.iterations,
    quality.min_weight,
    quality.max_weight,
    quality.n_effective,
    quality.deff,
    quality.is_default_scheme
from marts.weighting_quality as quality
inner join marts.about as about
    on
        quality.survey_code = about.survey_code
        and quality.wave_code = about.wave_code
where about.is_latest_wave
order by quality.is_default_scheme desc, quality.weighting_scheme asc, quality.group_value asc
