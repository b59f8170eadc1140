{#- Who knows the mix of every area can solve what is expected for the share of each class, however
    few of it gave the answer: shares are as coarse as those of small bases. -#}
{%- set n_to_round_by = "if(direct.kind = 'mean', direct.n_answers, 0)" -%}
-- As long as a figure, or that of everybody, stands from an earlier release, what is made of the
-- answers since would tell what the few who came since answered.
with standing as (
    select
        totals.survey_code,
        totals.wave_code,
        totals.question_code,
        totals.statistic,
        totals.option_code,
        totals.is_withheld or totals.is_from_earlier_release as has_no_total,
    from {{ ref('estimates') }} as totals
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    where segments.is_total and totals.is_default_scheme
),

published as (
    select
        direct.survey_code,
        direct.wave_code,
        direct.weighting_scheme,
        direct.segment_code,
        direct.segment_value,
        direct.question_code,
        direct.statistic,
        direct.option_code,
        direct.estimate,
        direct.n_answers,
        {% for column, source in [
            ('expected', 'expected'), ('difference', 'difference'), ('difference_se', 'se'),
            ('difference_ci_low', 'ci_low'), ('difference_ci_high', 'ci_high'),
        ] -%}
            {{ rounded_figure('mixes.' ~ source, 'direct.kind', n_to_round_by) }} + 0
                as {{ column }},
        {% endfor -%}
        {{ published_p('mixes.p_value') }} as p_value,
        {{ published_p('mixes.p_adjusted') }} as p_adjusted,
        mixes.n_areas,
        mixes.n_classes,
        mixes.rank_low,
        mixes.rank_high,
        direct.segment_label_nl,
        direct.segment_label_en,
        direct.question_label_nl,
        direct.question_label_en,
        direct.label_nl,
        direct.label_en,
        direct.sort_order,
    from {{ ref('est_case_mix') }} as mixes
    inner join {{ ref('est_points') }} as points using (point_id)
    inner join {{ ref('est_measures') }} as measures
        on points.survey_code = measures.survey_code and points.measure_id = measures.measure_id
    inner join {{ ref('area_figures') }} as direct
        on
            points.survey_code = direct.survey_code
            and points.wave_code = direct.wave_code
            and points.scheme_code = direct.weighting_scheme
            and points.segment_code = direct.segment_code
            and points.segment_value = direct.segment_value
            and measures.question_code = direct.question_code
            and measures.statistic = direct.statistic
            and measures.option_code is not distinct from direct.option_code
    inner join standing
        on
            direct.survey_code = standing.survey_code
            and direct.wave_code = standing.wave_code
            and direct.question_code = standing.question_code
            and direct.statistic = standing.statistic
            and direct.option_code is not distinct from standing.option_code
    where not direct.is_from_earlier_release and not standing.has_no_total
),

-- Ranks of differences as they are published: those that round to the same are not told apart.
ranked as (
    select
        * replace (
            least(rank_low, rank() over (one order by difference desc)) as rank_low,
            greatest(rank_high, n_areas + 1 - rank() over (one order by difference)) as rank_high
        ),
    from published
    window one as (
        partition by survey_code, wave_code, question_code, statistic, option_code
    )
),

-- Of the interval as it is published: an end that rounds to 0 holds it.
judged as (
    select
        *,
        case
            when p_adjusted < {{ threshold('significance_level') }} and difference_ci_low > 0
                then 'higher'
            when p_adjusted < {{ threshold('significance_level') }} and difference_ci_high < 0
                then 'lower'
            else 'not_demonstrable'
        end as difference_verdict,
    from ranked
)

select * from judged
order by sort_order
