with sampled as (
    select
        weights.scheme_code,
        weights.wave_code,
        weights.survey_code,
        weights.group_value,
        levels.attribute_code,
        levels.level_code,
        sum(weights.n_respondents)::bigint as n_respondents,
        sum(weights.n_respondents * weights.base_weight) as base_weighted,
        sum(weights.n_respondents * weights.population_weight) as achieved,
    from {{ ref('wgt_weight_counts') }} as weights
    inner join {{ ref('wgt_cell_levels') }} as levels
        using (scheme_code, wave_code, cell_key)
    group by all
),

-- Shares are targets of people once they are scaled to the base weights of the group.
shares as (
    select distinct
        scheme_code,
        wave_code,
        group_value,
    from {{ ref('wgt_raking_factors') }}
    where margin_flag is not null
),

compared as (
    select
        sampled.*,
        targets.total as population,
        shares.scheme_code is not null as is_share,
        sum(sampled.n_respondents) over margin as margin_n,
        sum(sampled.base_weighted) over margin as margin_base,
        sum(sampled.achieved) over margin as margin_achieved,
        sum(targets.total) over margin as margin_population,
        coalesce(
            sum(sampled.base_weighted) filter (where targets.total is null) over margin, 0
        ) as unknown_base,
    from sampled
    left join {{ ref('wgt_targets') }} as targets
        using (scheme_code, wave_code, group_value, attribute_code, level_code)
    left join shares using (scheme_code, wave_code, group_value)
    window
        margin as (
            partition by
                sampled.scheme_code, sampled.wave_code,
                sampled.group_value, sampled.attribute_code
        )
),

-- The population does not know 'anders' or no answer: those keep their base-weighted share,
-- and the known targets share what is left.
targeted as (
    select
        *,
        if(
            population is null,
            base_weighted / margin_base,
            population / margin_population * (1 - unknown_base / margin_base)
        ) as target_share,
    from compared
),

shared as (
    select
        scheme_code,
        wave_code,
        survey_code,
        group_value,
        attribute_code,
        level_code,
        n_respondents,
        population * if(is_share, margin_base / margin_population, 1) as population,
        target_share,
        n_respondents / margin_n as unweighted_share,
        achieved / margin_achieved as weighted_share,
        achieved / margin_achieved / target_share - 1 as relative_error,
    from targeted
)

select * from shared
order by all
