{#- Per question: who was not asked, answered, did not know, refused or skipped are together who
    counts, none of them fewer than nobody, and who answered is the base of the figures of
    everybody, but for whom the default scheme leaves out. -#}
{% test answers_add_up(
    model, overview=none, estimates=none, segments=none, quality=none, schemes=none
) %}
    with bases as (
        select
            figures.survey_code,
            figures.wave_code,
            figures.question_code,
            max(figures.n_answers) as n_answers,
            bool_or(figures.is_from_earlier_release) as is_from_earlier_release,
        from {{ estimates or ref('estimates') }} as figures
        inner join {{ segments or ref('est_segments') }} as segments
            using (survey_code, segment_code)
        where
            figures.is_default_scheme
            and segments.is_total
        group by figures.survey_code, figures.wave_code, figures.question_code
    ),

    weighted as (
        select
            quality.survey_code,
            quality.wave_code,
            sum(quality.n_respondents) as n_respondents,
        from {{ quality or ref('weighting_quality') }} as quality
        inner join {{ schemes or ref('weighting_schemes') }} as schemes
            on
                quality.survey_code = schemes.survey_code
                and quality.weighting_scheme = schemes.scheme_code
        where schemes.is_default
        group by quality.survey_code, quality.wave_code
    ),

    judged as (
        select
            mart.*,
            case
                when least(
                    mart.n_eligible, mart.n_not_asked, mart.n_answered, mart.n_dont_know,
                    mart.n_refused, mart.n_skipped, mart.n_off_route
                ) < 0
                    then 'a count below 0'
                when
                    mart.n_not_asked + mart.n_answered + mart.n_dont_know + mart.n_refused
                    + mart.n_skipped != mart.n_eligible
                    then 'n_eligible: not the sum of its parts'
                when
                    not mart.is_from_earlier_release
                    and mart.n_eligible != overview.n_rows
                    then 'n_eligible: not who counts in response_overview'
                when
                    mart.is_from_earlier_release = bases.is_from_earlier_release
                    and not mart.n_answered - bases.n_answers
                    between 0 and greatest(coalesce(mart.n_eligible - weighted.n_respondents, 0), 0)
                    then 'n_answered: not the base in estimates'
                when mart.n_off_route > mart.n_not_asked
                    then 'n_off_route: more than were not asked'
            end as problem,
        from {{ model }} as mart
        left join {{ overview or ref('response_overview') }} as overview
            on
                mart.survey_code = overview.survey_code
                and mart.wave_code = overview.wave_code
                and overview.source_code = 'all'
                and overview.step_code = 'eligible'
        left join bases
            on
                mart.survey_code = bases.survey_code
                and mart.wave_code = bases.wave_code
                and mart.question_code = bases.question_code
        left join weighted
            on
                mart.survey_code = weighted.survey_code
                and mart.wave_code = weighted.wave_code
    )

    select * from judged
    where problem is not null
{% endtest %}
