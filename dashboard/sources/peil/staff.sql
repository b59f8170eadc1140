-- What staff of the contact centre say, of everybody and both groups of municipalities.
select
    staff.segment_code,
    staff.segment_value,
    staff.segment_label_nl,
    staff.question_code,
    staff.question_label_nl,
    staff.statistic,
    staff.statistic_label_nl,
    staff.estimate,
    staff.ci_low,
    staff.ci_high,
    staff.n_answers,
    staff.is_withheld,
    staff.withheld_label_nl,
    staff.sort_order
from marts.estimates as staff
inner join marts.about as about
    on
        staff.survey_code = about.survey_code
        and staff.wave_code = about.wave_code
inner join marts.dim_questions as questions
    on
        staff.survey_code = questions.survey_code
        and staff.question_code = questions.question_code
        and staff.statistic = questions.headline_statistic
where
    staff.is_default_scheme
    and about.is_latest_wave
    and about.audience = 'staff'
    and staff.segment_code in ('total', 'participation')
order by staff.sort_order
