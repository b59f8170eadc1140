with eligible as (
    select
        delivery_key,
        count(*) as n_eligible,
        bit_xor(hash(row_number, profile_key, base_weight)) as eligible_rows,
    from {{ ref('wgt_respondents') }}
    where response_status = 'eligible'
    group by delivery_key
),

versions as (
    select
        staged.delivery_key,
        md5(
            concat_ws('|', staged.delivery_version, eligible.n_eligible, eligible.eligible_rows)
        ) as delivery_version,
    from {{ ref('stg_delivery_versions') }} as staged
    left join eligible using (delivery_key)
)

select * from versions
order by all
