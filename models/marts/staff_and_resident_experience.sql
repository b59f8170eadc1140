-- Groups are linked, never people: what residents of a group say beside what its staff say.
with paired as (
    select
        residents.survey_code,
        residents.wave_code,
        themes.theme_code,
        residents.segment_code,
        residents.segment_value,
        residents.second_segment_value,
        residents.measure_label_nl as resident_label_nl,
        residents.measure_label_en as resident_label_en,
        residents.estimate as resident_estimate,
        residents.ci_low as resident_ci_low,
        residents.ci_high as resident_ci_high,
        residents.n_answers as n_residents,
        staff.survey_code as staff_survey_code,
        staff.wave_code as staff_wave_code,
        staff.measure_label_nl as staff_label_nl,
        staff.measure_label_en as staff_label_en,
        staff.estimate as staff_estimate,
        staff.ci_low as staff_ci_low,
        staff.ci_high as staff_ci_high,
        staff.n_answers as n_staff,
        residents.is_withheld or staff.is_withheld as is_withheld,
        segments.attribute_kind = 'region' as is_municipality,
        residents.segment_label_nl,
        residents.segment_label_en,
        themes.label_nl,
        themes.label_en,
        themes.sort_order as theme_order,
        residents.sort_order as resident_order,
    from {{ ref('latest_figures') }} as residents
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    inner join {{ ref('experience_themes') }} as themes
        on
            residents.survey_code = themes.resident_survey_code
            and residents.question_code = themes.resident_question_code
            and residents.statistic = themes.resident_statistic
            and residents.option_code is not distinct from themes.resident_option_code
    inner join {{ ref('latest_figures') }} as staff
        on
            themes.staff_survey_code = staff.survey_code
            and themes.staff_question_code = staff.question_code
            and themes.staff_statistic = staff.statistic
            and themes.staff_option_code is not distinct from staff.option_code
            and {{ same_group('residents', 'staff') }}
),

correlated as (
    select
        survey_code,
        theme_code,
        count(*) as n_municipalities,
        corr(resident_estimate, staff_estimate) as correlation,
    from paired
    where is_municipality and not is_withheld
    group by survey_code, theme_code
),

-- Fisher's z; with three points or fewer, or without spread, it says nothing. The root has no
-- condition around it and is guarded itself.
with_intervals as (
    select
        paired.*,
        coalesce(correlated.n_municipalities, 0) as n_municipalities,
        if(
            correlated.n_municipalities > 3 and abs(correlated.correlation) < 1,
            correlated.correlation, null
        ) as correlation,
        normal_quantile(1 - (1 - {{ threshold('confidence_level') }}) / 2)
        / sqrt(greatest(correlated.n_municipalities - 3, 1)) as half_width,
    from paired
    left join correlated using (survey_code, theme_code)
),

published as (
    select
        survey_code,
        wave_code,
        theme_code,
        segment_code,
        segment_value,
        second_segment_value,
        label_nl,
        label_en,
        resident_label_nl,
        resident_label_en,
        resident_estimate,
        resident_ci_low,
        resident_ci_high,
        n_residents,
        staff_survey_code,
        staff_wave_code,
        staff_label_nl,
        staff_label_en,
        staff_estimate,
        staff_ci_low,
        staff_ci_high,
        n_staff,
        is_withheld,
        {{ rounded('correlation', 'coefficient') }} as municipal_correlation,
        {{ rounded('tanh(atanh(correlation) - half_width)', 'coefficient') }}
            as municipal_correlation_ci_low,
        {{ rounded('tanh(atanh(correlation) + half_width)', 'coefficient') }}
            as municipal_correlation_ci_high,
        n_municipalities as n_correlated_municipalities,
        'Dit verband rust op ' || n_municipalities
        || ' gemeenten. Dat is te weinig om een oorzaak aan te wijzen.' as warning_nl,
        'This correlation rests on ' || n_municipalities
        || ' municipalities: too few to point at a cause.' as warning_en,
        segment_label_nl,
        segment_label_en,
        row_number() over (order by survey_code, theme_order, resident_order) as sort_order,
    from with_intervals
)

select * from published
order by sort_order
