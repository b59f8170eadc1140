-- What stood out in the answers that came in, per source.
select
    quality.source_code,
    quality.source_label_nl,
    quality.flag_code,
    quality.label_nl,
    quality.n_respondents,
    quality.share_of_received,
    quality.is_excluded,
    quality.sort_order
from marts.response_quality as quality
inner join marts.about as about
    on
        quality.survey_code = about.survey_code
        and quality.wave_code = about.wave_code
where about.is_latest_wave and about.audience = 'residents'
order by quality.sort_order
