-- Residents and staff on one theme: the correlation over municipalities.
select
    experience.theme_code,
    experience.label_nl,
    experience.resident_label_nl,
    experience.staff_label_nl,
    experience.resident_estimate,
    experience.staff_estimate,
    experience.correlation,
    experience.correlation_ci_low,
    experience.correlation_ci_high,
    experience.n_municipalities,
    experience.warning_nl,
    experience.sort_order
from marts.staff_and_resident_experience as experience
where experience.segment_code = 'total'
order by experience.sort_order
