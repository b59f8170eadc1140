with levels as (
    select * from {{ ref('wgt_weighting_levels') }}
),

ranked as (
    select
        *,
        population is null as is_unknown_in_population,
        n_respondents < {{ threshold('min_cell_n') }} as is_small,
        sum(n_respondents) over (
            partition by scheme_code, wave_code, group_value, attribute_code
            order by n_respondents, level_code
            rows between unbounded preceding and 1 preceding
        ) as n_smaller,
        count(*) over (
            partition by scheme_code, wave_code, group_value, attribute_code
            order by n_respondents, level_code
            rows between unbounded preceding and 1 preceding
        ) as n_smaller_levels,
    from levels
),

-- Counts of one scheme add up to those of another. A scheme in groups or with crossed variables
-- therefore shows its counts only when none of them is small, one with merges never.
merged as (
    select distinct
        scheme_code,
        wave_code,
    from {{ ref('wgt_merges') }}
),

schemes as (
    select
        ranked.scheme_code,
        ranked.wave_code,
        bool_or(ranked.is_small) as has_small,
        count(distinct ranked.group_value) > 1
        or bool_or(contains(ranked.attribute_code, ' × ')) as is_divided,
        bool_or(merged.scheme_code is not null) as is_merged,
    from ranked
    left join merged using (scheme_code, wave_code)
    group by ranked.scheme_code, ranked.wave_code
),

-- Within one margin the total gives a withheld count away, so the next smallest levels are
-- withheld too, until at least two are and they hold more than a small count together.
judged as (
    select
        ranked.*,
        case
            when schemes.is_merged then true
            when schemes.is_divided then schemes.has_small
            else
                bool_or(ranked.is_small) over margin
                and (
                    ranked.is_small
                    or ranked.n_smaller_levels < 2
                    or ranked.n_smaller < {{ threshold('min_cell_n') }}
                )
        end as is_withheld,
        sum(if(ranked.is_unknown_in_population, 0, ranked.target_share)) over margin as known,
    from ranked
    inner join schemes using (scheme_code, wave_code)
    window
        margin as (
            partition by
                ranked.scheme_code, ranked.wave_code, ranked.group_value, ranked.attribute_code
        )
),

-- Shares of what the population knows are among themselves: otherwise they would tell how many
-- respondents stand at the levels it does not know.
published as (
    select
        judged.survey_code,
        judged.wave_code,
        judged.scheme_code as weighting_scheme,
        judged.group_value,
        judged.attribute_code,
        judged.level_code,
        if(judged.is_withheld, null, judged.n_respondents)::bigint as n_respondents,
        judged.population,
        case
            when not judged.is_unknown_in_population
                then {{ rounded('judged.target_share / judged.known', 'share') }}
            when not judged.is_withheld then {{ rounded('judged.target_share', 'share') }}
        end as target_share,
        if(judged.is_withheld, null, {{ rounded('judged.unweighted_share', 'share') }})
            as unweighted_share,
        case
            when not judged.is_unknown_in_population
                then {{ rounded('judged.weighted_share / judged.known', 'share') }}
            when not judged.is_withheld then {{ rounded('judged.weighted_share', 'share') }}
        end as weighted_share,
        judged.is_unknown_in_population,
        judged.is_withheld,
        coalesce(labels.label_nl, if(judged.level_code = 'unknown', 'Onbekend', judged.level_code))
            as label_nl,
        coalesce(labels.label_en, if(judged.level_code = 'unknown', 'Unknown', judged.level_code))
            as label_en,
    from judged
    left join {{ ref('attribute_levels') }} as labels using (attribute_code, level_code)
)

select * from published
order by survey_code, wave_code, weighting_scheme, group_value, attribute_code, level_code
