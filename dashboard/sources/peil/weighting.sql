-- How the weights of each scheme came out, and which levels were weighted with a neighbour.
with merged as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        group_value,
        string_agg(distinct into_code, '; ' order by into_code) as merged_levels
    from marts.weighting_merges
    where attribute_code is not null
    group by survey_code, wave_code, weighting_scheme, group_value
),

group_labels as (
    select
        survey_code,
        segment_value,
        any_value(label_nl) as label_nl
    from marts.dim_segments
    group by survey_code, segment_value
)

select
    quality.weighting_scheme,
    quality.label_nl,
    quality.group_value,
    group_labels.label_nl as group_label_nl,
    quality.n_respondents,
    quality.is_converged,
    quality.min_weight,
    quality.max_weight,
    quality.n_effective,
    quality.deff,
    quality.warnings_nl,
    merged.merged_levels,
    quality.is_default_scheme
from marts.weighting_quality as quality
inner join marts.about as about
    on
        quality.survey_code = about.survey_code
        and quality.wave_code = about.wave_code
left join merged
    on
        quality.survey_code = merged.survey_code
        and quality.wave_code = merged.wave_code
        and quality.weighting_scheme = merged.weighting_scheme
        and quality.group_value = merged.group_value
left join group_labels
    on
        quality.survey_code = group_labels.survey_code
        and quality.group_value = group_labels.segment_value
where about.is_latest_wave and about.audience = 'residents'
order by quality.is_default_scheme desc, quality.weighting_scheme asc, quality.group_value asc
