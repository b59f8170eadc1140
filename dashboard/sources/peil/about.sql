-- What the survey of residents is, for its last wave.
select
    survey_code,
    wave_code,
    label_nl,
    wave_label_nl,
    strftime(fieldwork_start, '%Y-%m-%d') as fieldwork_start,
    strftime(fieldwork_end, '%Y-%m-%d') as fieldwork_end,
    strftime(reference_date, '%Y-%m-%d') as reference_date,
    n_respondents,
    is_simulated,
    description_nl,
    method_nl,
    sources_nl,
    licences_nl
from marts.about
where is_latest_wave and audience = 'residents'
order by survey_code
