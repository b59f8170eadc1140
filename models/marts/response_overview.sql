with counted as (
    {{ published_response('response_overview') }}
),

labelled as (
    select
        counted.survey_code,
        counted.wave_code,
        counted.source_code,
        counted.item_code as step_code,
        counted.n_rows,
        counted.share_of_received,
        counted.is_withheld,
        counted.source_label_nl,
        counted.source_label_en,
        steps.label_nl,
        steps.label_en,
        row_number() over (
            order by
                counted.survey_code, counted.wave_code, counted.source_order,
                counted.source_code, steps.sort_order
        ) as sort_order,
    from counted
    inner join {{ ref('response_steps') }} as steps on counted.item_code = steps.step_code
)

select * from labelled
order by sort_order
