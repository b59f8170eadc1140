with moved as (
    select
        moved.*,
        schemes.survey_code,
    from {{ ref('wgt_merges') }} as moved
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
),

-- Exact counts of all levels of a group would tell how many gave no answer.
published as (
    select
        moved.survey_code,
        moved.wave_code,
        moved.scheme_code as weighting_scheme,
        moved.group_value,
        moved.attribute_code,
        moved.level_code,
        moved.into_code,
        (
            round(moved.n_respondents / {{ threshold('min_cell_n') }})
            * {{ threshold('min_cell_n') }}
        )::bigint as n_respondents_rounded,
        round(moved.target, 6) as target,
        moved.reason_code,
        reasons.label_nl,
        reasons.label_en,
    from moved
    inner join {{ ref('flags') }} as reasons on moved.reason_code = reasons.flag_code
)

select * from published
order by survey_code, wave_code, weighting_scheme, group_value, attribute_code, level_code
