select
    trend_id,
    survey_code,
    scheme_code,
    segment_code,
    segment_value,
    second_segment_value,
    measure_id,
    count(*) as n_waves,
    list(wave_code order by wave_code) as waves,
    min_by(wave_code, year_of_wave) as first_wave_code,
    max_by(wave_code, year_of_wave) as last_wave_code,
from {{ ref('est_trend_points') }}
group by all
order by trend_id
