-- What every survey is, for its last wave.
select
    survey_code,
    wave_code,
    label_nl,
    label_en,
    wave_label_nl,
    wave_label_en,
    n_respondents,
    is_simulated,
    method_nl,
    caution
from marts.about
where is_latest_wave
order by survey_code
