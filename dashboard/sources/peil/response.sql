-- What came in per source, and why some of it does not count.
select
    response.source_code,
    response.source_label_nl,
    response.step_code,
    response.label_nl,
    response.n_respondents,
    response.share_of_received,
    response.sort_order
from marts.response_overview as response
inner join marts.about as about
    on
        response.survey_code = about.survey_code
        and response.wave_code = about.wave_code
where about.is_latest_wave and about.audience = 'residents'
order by response.sort_order
