{%- set family
    = 'comparison_kind, wave_code, compared_wave_code, scheme_code, segment_code, topic' -%}
with tested as (
    select
        *,
        {{ t_bound('difference', 'se', 'df', -1) }} as ci_low,
        {{ t_bound('difference', 'se', 'df', 1) }} as ci_high,
        {{ t_test('difference', 'se', 'df') }} as p_value,
        {{ t_bound('difference', 'se_clustered', 'df_clustered', -1) }} as ci_low_clustered,
        {{ t_bound('difference', 'se_clustered', 'df_clustered', 1) }} as ci_high_clustered,
        {{ t_test('difference', 'se_clustered', 'df_clustered') }} as p_value_clustered,
    from {{ ref('est_comparison_errors') }}
),

-- Withheld pairs are outside the family: nobody sees their test.
in_family as (
    select
        *,
        if(withheld_reason is null, p_value, null) as p_seen,
        if(withheld_reason is null, p_value_clustered, null) as p_seen_clustered,
    from tested
),

ranked as (
    select
        *,
        {{ family_rank('p_seen', family) }} as p_rank,
        {{ family_rank('p_seen_clustered', family) }} as p_rank_clustered,
        count(p_seen) over (partition by {{ family }}) as n_family,
        count(p_seen_clustered) over (partition by {{ family }}) as n_family_clustered,
    from in_family
),

adjusted as (
    select
        *,
        {{ benjamini_hochberg('p_seen', 'p_rank', 'n_family', family) }} as p_adjusted,
        {{ benjamini_hochberg(
            'p_seen_clustered', 'p_rank_clustered', 'n_family_clustered', family
        ) }} as p_adjusted_clustered,
    from ranked
),

judged as (
    select
        * exclude (
            p_seen, p_seen_clustered, p_rank, p_rank_clustered, n_family, n_family_clustered,
            p_adjusted, p_adjusted_clustered
        ),
        if(p_seen is null, null, p_adjusted) as p_adjusted,
        if(p_seen_clustered is null, null, p_adjusted_clustered) as p_adjusted_clustered,
        coalesce(p_seen is not null and p_adjusted < {{ threshold('significance_level') }}, false)
            as is_significant,
        coalesce(
            p_seen_clustered is not null
            and p_adjusted_clustered < {{ threshold('significance_level') }},
            false
        ) as is_significant_clustered,
    from adjusted
)

select * from judged
order by pair_id
