{#- Rows received are rows that fell off plus rows that count, per source; all sources together are
    the sum of each, a share is its part of what was received, and who counts is who figures are
    about. -#}
{% test steps_add_up(model, about=none) %}
    with totals as (
        select
            *,
            sum(n_respondents) filter (where step_code = 'received') over source as received,
            sum(n_respondents) filter (where step_code != 'received') over source as accounted_for,
            sum(n_respondents) filter (where source_code = 'all') over step as of_all,
            sum(n_respondents) filter (where source_code != 'all') over step as of_each,
        from {{ model }}
        window
            source as (partition by survey_code, wave_code, source_code),
            step as (partition by survey_code, wave_code, step_code)
    ),

    judged as (
        select
            totals.*,
            case
                when totals.received is distinct from totals.accounted_for
                    then 'received is not the sum of the other steps'
                when totals.of_all is distinct from totals.of_each
                    then 'all is not the sum of the sources'
                when {{ differs('totals.share_of_received', 'totals.n_respondents / totals.received') }}
                    then 'share_of_received: not a part of what was received'
                when
                    totals.source_code = 'all'
                    and totals.step_code = 'eligible'
                    and totals.n_respondents is distinct from coalesce(about.n_respondents, 0)
                    then 'eligible: not the respondents of about'
            end as problem,
        from totals
        left join {{ about or ref('about') }} as about using (survey_code, wave_code)
    )

    select * from judged
    where problem is not null
{% endtest %}
