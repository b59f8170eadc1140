{#- Rows received are rows that fell off plus rows that count, per source; all sources together are
    the sum of each, a share is its part of what was received, and who counts is who figures are
    about. -#}
{% test steps_add_up(model, about=none) %}
    with totals as (
        select
            *,
            sum(n_rows) filter (where step_code = 'received') over source as received,
            sum(n_rows) filter (where step_code != 'received') over source as accounted_for,
            sum(n_rows) filter (where source_code = 'all') over step as of_all,
            sum(n_rows) filter (where source_code != 'all') over step as of_each,
            bool_or(is_withheld) over source as source_withheld,
            bool_or(is_withheld) over step as step_withheld,
        from {{ model }}
        window
            source as (partition by survey_code, wave_code, source_code),
            step as (partition by survey_code, wave_code, step_code)
    ),

    judged as (
        select
            totals.*,
            case
                when
                    totals.is_withheld
                    and coalesce(totals.n_rows, totals.share_of_received) is not null
                    then 'withheld, and still shows its count'
                when
                    not totals.source_withheld
                    and {{ unlike('totals.received', 'totals.accounted_for') }}
                    then 'received is not the sum of the other steps'
                when
                    not totals.step_withheld
                    and {{ unlike('totals.of_all', 'totals.of_each') }}
                    then 'all is not the sum of the sources'
                when
                    not totals.is_withheld
                    and totals.received is not null
                    and {{ differs(
                        'totals.share_of_received', 'totals.n_rows / totals.received',
                        '0.0005'
                    ) }}
                    then 'share_of_received: not a part of what was received'
                when
                    totals.source_code = 'all'
                    and totals.step_code = 'eligible'
                    and totals.n_rows != coalesce(about.n_respondents, 0)
                    then 'eligible: not the respondents of about'
            end as problem,
        from totals
        left join {{ about or ref('about') }} as about using (survey_code, wave_code)
    )

    select * from judged
    where problem is not null
{% endtest %}
