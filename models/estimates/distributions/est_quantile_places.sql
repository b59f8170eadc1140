-- The lowest number that at least this part of the answers does not exceed (R: qrule "math").
with quantiles as (
    select declared.* from (values ('quartile_1', 0.25), ('median', 0.5), ('quartile_3', 0.75))
        as declared (quantile, part)
),

reached as (
    select
        shares.domain_id,
        shares.question_code,
        shares.scheme_code,
        shares.wave_code,
        quantiles.quantile,
        shares.sum_w,
        min_by(shares.value_from, shares.value_to) as value_from,
        min(shares.value_to) as value_to,
        min_by(shares.cumulative_share, shares.value_to) as cumulative_share,
    from {{ ref('est_cumulative_shares') }} as shares
    inner join quantiles on shares.cumulative_share >= quantiles.part - 1e-9
    group by all
),

numbered as (
    select
        row_number() over (order by domain_id, question_code, quantile) as quantile_id,
        *,
    from reached
)

select * from numbered
order by quantile_id
