with given as (
    select
        targets.*,
        schemes.target_scope,
    from {{ ref('wgt_population_targets') }} as targets
    inner join {{ ref('weighting_schemes') }} as schemes using (scheme_code)
),

group_totals as (
    select
        scheme_code,
        wave_code,
        attribute_code,
        group_value,
        sum(total) as group_total,
    from given
    where target_scope = 'whole'
    group by all
),

level_shares as (
    select
        scheme_code,
        wave_code,
        attribute_code,
        level_code,
        any_value(first_attribute_code) as first_attribute_code,
        any_value(second_attribute_code) as second_attribute_code,
        any_value(first_level_code) as first_level_code,
        any_value(second_level_code) as second_level_code,
        sum(total)
        / sum(sum(total)) over (partition by scheme_code, wave_code, attribute_code) as share,
    from given
    where target_scope = 'whole'
    group by scheme_code, wave_code, attribute_code, level_code
),

-- Direct standardisation: every group keeps its size and gets the distribution of the whole.
scoped as (
    select
        scheme_code,
        wave_code,
        group_value,
        attribute_code,
        level_code,
        first_attribute_code,
        second_attribute_code,
        first_level_code,
        second_level_code,
        total,
    from given
    where target_scope = 'group'
    union all
    select
        group_totals.scheme_code,
        group_totals.wave_code,
        group_totals.group_value,
        group_totals.attribute_code,
        level_shares.level_code,
        level_shares.first_attribute_code,
        level_shares.second_attribute_code,
        level_shares.first_level_code,
        level_shares.second_level_code,
        level_shares.share * group_totals.group_total as total,
    from group_totals
    inner join level_shares using (scheme_code, wave_code, attribute_code)
)

select * from scoped
order by scheme_code, wave_code, group_value, attribute_code, level_code
