{#- Every line is the least-squares line through the published figures of its waves, as far as their
    rounding goes, with its interval even around it; and no line through three waves is left out. -#}
{% test lines_follow_estimates(model, estimates=none, waves=none) %}
    {%- set estimates = estimates or ref('estimates') -%}
    with dated as (
        select
            survey_code,
            wave_code,
            (
                date_diff('day', date '1970-01-01', fieldwork_start)
                + date_diff('day', date '1970-01-01', fieldwork_end)
            ) / (2 * 365.25) as year_of_wave,
        from {{ waves or ref('waves') }}
    ),

    figures as (
        select
            estimates.* exclude (wave_code),
            dated.wave_code,
            dated.year_of_wave,
        from {{ estimates }} as estimates
        inner join dated using (survey_code, wave_code)
        where not estimates.is_withheld
    ),

    drawn as (
        select
            mart.*,
            regr_slope(figures.estimate, figures.year_of_wave) as slope,
            count(*) as n_figures,
            -- Half a digit of each figure, as heavy as the figure is in the line.
            sum(abs(figures.year_of_wave - first.year_of_wave)) / regr_sxx(
                figures.estimate, figures.year_of_wave
            ) as weight,
            min(figures.n_answers) as n_answers,
        from {{ model }} as mart
        inner join dated as first
            on mart.survey_code = first.survey_code and mart.first_wave_code = first.wave_code
        inner join dated as last
            on mart.survey_code = last.survey_code and mart.last_wave_code = last.wave_code
        left join figures
            on
                mart.survey_code = figures.survey_code
                and mart.weighting_scheme = figures.weighting_scheme
                and {{ same_group('mart', 'figures') }}
                and mart.question_code = figures.question_code
                and mart.statistic = figures.statistic
                and mart.option_code is not distinct from figures.option_code
                and figures.year_of_wave between first.year_of_wave and last.year_of_wave
        group by all
    ),

    judged as (
        select
            *,
            {%- set digit = last_digit(
                'drawn.question_code', 'drawn.statistic', 'drawn.n_answers'
            ) %}
            case
                when n_waves != n_figures then 'n_waves: not those with a figure'
                when {{ differs('change_per_year', 'slope', '(1 + weight) * ' ~ digit) }}
                    then 'change_per_year: not that of the figures'
                {{ even_interval_faults(
                    'change_per_year', 'change_per_year', 'ci_low', 'ci_high', 'se',
                    '1.5 * ' ~ digit
                ) }}
                when df < 1 or (se > 0 and p_value is null) then 'df: none, but an error'
                when p_value > p_adjusted + 1e-9 then 'p_adjusted: below p_value'
            end as problem,
        from drawn
    )

    select * from judged
    where problem is not null
{% endtest %}
