with summed as (
    select
        cells.survey_code,
        cells.wave_code,
        cells.scheme_code,
        products.question_code,
        products.item_a,
        products.item_b,
        sum(products.n_answers)::bigint as n_answers,
        sum(cells.factor * products.sum_d) as sum_w,
        sum(cells.factor * products.sum_da) as sum_wa,
        sum(cells.factor * products.sum_db) as sum_wb,
        sum(cells.factor * products.sum_dab) as sum_wab,
    from {{ ref('est_item_products') }} as products
    inner join {{ ref('wgt_profile_cells') }} using (wave_code, profile_key)
    inner join {{ ref('est_cells') }} as cells
        using (scheme_code, wave_code, group_value, cell_key, stratum)
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
    where schemes.is_default
    group by all
),

covaried as (
    select
        survey_code,
        wave_code,
        scheme_code,
        question_code,
        item_a,
        item_b,
        n_answers,
        sum_wab / sum_w - (sum_wa / sum_w) * (sum_wb / sum_w) as covariance,
    from summed
)

select * from covaried
order by all
