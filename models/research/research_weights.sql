with schemes as (
    select * from {{ ref('weighting_schemes') }}
),

weighted as (
    select
        weights.survey_code,
        weights.wave_code,
        weights.respondent_key,
        weights.scheme_code as weighting_scheme,
        weights.base_weight,
        weights.weight,
        weights.population_weight,
        schemes.is_default as is_default_scheme,
        schemes.label_nl as scheme_label_nl,
        schemes.label_en as scheme_label_en,
        schemes.sort_order as scheme_sort_order,
    from {{ ref('wgt_respondent_weights') }} as weights
    inner join schemes using (scheme_code, survey_code)
)

select * from weighted
