with labelled as (
    select
        survey_code,
        segment_code,
        labels.segment_value,
        labels.second_segment_value,
        segments.is_total,
        segments.is_in_banner,
        labels.segment_label_nl as division_label_nl,
        labels.segment_label_en as division_label_en,
        labels.label_nl,
        labels.label_en,
        labels.sort_order,
        labels.letter,
    from {{ ref('est_groups') }} as labels
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
)

select * from labelled
order by sort_order
