-- Where everybody stands in the default scheme, and in each other scheme of the survey.
with placed as (
    select
        places.survey_code,
        places.scheme_code,
        places.wave_code,
        places.profile_key,
        cells.cell_id,
    from {{ ref('wgt_profile_cells') }} as places
    inner join {{ ref('wgt_raking_cells') }} as cells
        using (scheme_code, wave_code, group_value, stratum, cell_key)
),

pairs as (
    select
        schemes.survey_code,
        schemes.scheme_code,
        defaults.scheme_code as default_scheme_code,
    from {{ ref('weighting_schemes') }} as schemes
    inner join {{ ref('weighting_schemes') }} as defaults using (survey_code)
    where defaults.is_default and not schemes.is_default
),

-- A scheme may leave out people whose level is unknown: they stand in one of the two.
joined as (
    select
        pairs.survey_code,
        pairs.scheme_code,
        pairs.default_scheme_code,
        profiles.wave_code,
        profiles.profile_key,
        own.cell_id,
        base.cell_id as default_cell_id,
        profiles.n_respondents,
        profiles.sum_d,
        profiles.sum_d2,
    from pairs
    inner join {{ ref('wgt_profile_counts') }} as profiles using (survey_code)
    left join placed as own
        on
            pairs.scheme_code = own.scheme_code
            and profiles.wave_code = own.wave_code
            and profiles.profile_key = own.profile_key
    left join placed as base
        on
            pairs.default_scheme_code = base.scheme_code
            and profiles.wave_code = base.wave_code
            and profiles.profile_key = base.profile_key
    where own.cell_id is not null or base.cell_id is not null
)

select * from joined
