with tested as (
    select
        comparisons.*,
        measures.topic,
        {{ t_bound('comparisons.difference', 'comparisons.se', 'comparisons.df', -1) }} as ci_low,
        {{ t_bound('comparisons.difference', 'comparisons.se', 'comparisons.df', 1) }} as ci_high,
        case
            when comparisons.se > 0 and comparisons.df >= 1
                then t_two_sided_p(
                    comparisons.difference / nullif(comparisons.se, 0),
                    greatest(comparisons.df, 1)
                )
        end as p_value,
    from {{ ref('est_comparisons') }} as comparisons
    inner join {{ ref('est_measures') }} as measures using (measure_id, survey_code)
),

ranked as (
    select
        *,
        row_number() over (family order by p_value) as p_rank,
        count(*) over family as n_family,
    from tested
    where p_value is not null and withheld_reason is null
    window family as (partition by wave_code, scheme_code, segment_code, topic)
),

-- Benjamini-Hochberg: the smallest p·m/rank among this p and the larger ones.
adjusted as (
    select
        pair_id,
        least(1, min(p_value * n_family / p_rank) over (
            partition by wave_code, scheme_code, segment_code, topic
            order by p_rank desc
            rows between unbounded preceding and current row
        )) as p_adjusted,
    from ranked
),

joined as (
    select
        tested.*,
        adjusted.p_adjusted,
        coalesce(adjusted.p_adjusted < {{ threshold('significance_level') }}, false)
            as is_significant,
    from tested
    left join adjusted using (pair_id)
)

select * from joined
order by pair_id
