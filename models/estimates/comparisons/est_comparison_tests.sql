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
adjusted as (
    {{ with_adjusted_p(
        'tested', family,
        {'p_value': 'p_adjusted', 'p_value_clustered': 'p_adjusted_clustered'},
        'withheld_reason is null'
    ) }}
),

judged as (
    select
        *,
        coalesce(p_adjusted < {{ threshold('significance_level') }}, false) as is_significant,
        coalesce(p_adjusted_clustered < {{ threshold('significance_level') }}, false)
            as is_significant_clustered,
    from adjusted
)

select * from judged
order by pair_id
