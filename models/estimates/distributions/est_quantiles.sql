-- Woodruff: the interval of F(q), read back on the scale. An end beyond all answers has no number.
-- Source: Woodruff (1952); R survey `svyquantile(qrule = "math", interval.type = "mean")`.
with variances as (
    {{ variance_per_unit(ref('est_quantile_variances'), 'quantile_id') }}
),

answers as (
    select
        shares.domain_id,
        shares.question_code,
        any_value(estimates.inference_unit) as inference_unit,
        any_value(estimates.df) as df,
        any_value(estimates.n_answers) as n_answers,
        min(shares.point_id) as point_id,
    from {{ ref('est_cumulative_shares') }} as shares
    inner join {{ ref('est_estimates') }} as estimates using (point_id)
    group by shares.domain_id, shares.question_code
),

with_errors as (
    select
        places.*,
        answers.point_id,
        answers.df,
        {{ standard_error(
            "if(answers.inference_unit = 'cluster', variances.cluster_variance, "
            "variances.respondent_variance)",
            'places.cumulative_share * (1 - places.cumulative_share) / answers.n_answers'
        ) }} as se_cumulative,
    from {{ ref('est_quantile_places') }} as places
    inner join answers using (domain_id, question_code)
    inner join variances using (quantile_id)
),

bounded as (
    select
        *,
        {{ t_bound('cumulative_share', 'se_cumulative', 'df', -1) }} as part_low,
        {{ t_bound('cumulative_share', 'se_cumulative', 'df', 1) }} as part_high,
    from with_errors
),

read as (
    select
        bounded.*,
        min(shares.value_from) filter (
            where shares.cumulative_share >= bounded.part_low - 1e-9 and bounded.part_low >= 0
        ) as ci_low,
        min(shares.value_to) filter (
            where shares.cumulative_share >= bounded.part_high - 1e-9 and bounded.part_high <= 1
        ) as ci_high,
    from bounded
    inner join {{ ref('est_cumulative_shares') }} as shares using (domain_id, question_code)
    -- Where rare numbers share a row, nobody knows which of them it is.
    where bounded.value_from = bounded.value_to
    group by all
)

select * from read
order by quantile_id
