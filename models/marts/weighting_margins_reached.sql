with levels as (
    select * from {{ ref('wgt_weighting_levels') }}
),

published as (
    select
        levels.survey_code,
        levels.wave_code,
        levels.scheme_code as weighting_scheme,
        levels.group_value,
        levels.attribute_code,
        levels.level_code,
        case
            when levels.n_respondents >= {{ threshold('min_cell_n') }} then levels.n_respondents
        end::bigint as n_respondents,
        levels.population,
        round(levels.target_share, 12) as target_share,
        round(levels.unweighted_share, 12) as unweighted_share,
        round(levels.weighted_share, 12) as weighted_share,
        levels.population is null as is_unknown_in_population,
        coalesce(labels.label_nl, 'Onbekend') as label_nl,
        coalesce(labels.label_en, 'Unknown') as label_en,
    from levels
    left join {{ ref('attribute_levels') }} as labels using (attribute_code, level_code)
)

select * from published
order by survey_code, wave_code, weighting_scheme, group_value, attribute_code, level_code
