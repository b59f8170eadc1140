-- Made by `peil publish` in the published file and in the warehouse. It only selects what is
-- published: which figures give others away is decided by solving equations, which SQL cannot do.
create or replace macro marts.crosstab(asked_question, asked_by, wave := null, scheme := null)
as table
with places as (
    select
        figures.survey_code,
        figures.wave_code,
        figures.weighting_scheme,
        figures.segment_code as by_code,
        segments.is_total,
        null as crosstab_code,
    from marts.estimates as figures
    inner join marts.dim_segments as segments
        on
            figures.survey_code = segments.survey_code
            and figures.segment_code = segments.segment_code
            and figures.segment_value = segments.segment_value
            and figures.second_segment_value is not distinct from segments.second_segment_value
    where figures.question_code = asked_question
    union
    select
        survey_code,
        wave_code,
        weighting_scheme,
        concat_ws('*', column_code, second_column_code) as by_code,
        false as is_total,
        crosstab_code,
    from marts.crosstabs
    where question_code = asked_question
),

-- What a code is asked as: the parts of a crossed one in either order.
named as (
    select
        *,
        if(
            by_code = asked_by
            or by_code = concat_ws('*', split_part(asked_by, '*', 2), split_part(asked_by, '*', 1)),
            true, false
        ) as is_asked,
    from places
    where not is_total
),

questions as (
    select
        coalesce(bool_or(question_code = asked_question), false) as is_known,
        string_agg(question_code, ', ' order by survey_code, sort_order, question_code) as codes,
    from marts.dim_questions
),

groups as (
    select
        coalesce(bool_or(is_asked), false) as is_known,
        string_agg(distinct by_code, ', ' order by by_code) as codes,
    from named
),

waves as (
    select
        coalesce(bool_or(wave_code = wave), wave is null) as is_known,
        string_agg(distinct wave_code, ', ' order by wave_code) as codes,
    from named
    where is_asked
),

schemes as (
    select
        coalesce(bool_or(weighting_scheme = scheme), scheme is null) as is_known,
        string_agg(distinct weighting_scheme, ', ' order by weighting_scheme) as codes,
    from named
    where is_asked
),

checked as (
    select
        case
            when not questions.is_known
                then error(
                    coalesce('''' || asked_question || '''', 'No question')
                    || ' is no question of this file. Questions: '
                    || coalesce(questions.codes, 'none') || '.'
                )
            when not groups.is_known
                then error(
                    coalesce('''' || asked_by || '''', 'Nothing')
                    || ' has no published figures of ''' || asked_question
                    || '''. There are, by segments and declared crosstabs: '
                    || coalesce(groups.codes, 'none')
                    || '. Any other: `peil crosstab` for who may open the warehouse, or a row in '
                    || 'segments.csv or crosstab_definitions.csv.'
                )
            when not waves.is_known
                then error(
                    'Wave ''' || wave || ''' has no such table. Waves: ' || waves.codes || '.'
                )
            when not schemes.is_known
                then error(
                    'Scheme ''' || scheme || ''' has no such table. Schemes: ' || schemes.codes
                    || '.'
                )
            else true
        end as is_known,
    from questions, groups, waves, schemes
),

default_schemes as (
    select distinct
        survey_code,
        weighting_scheme,
    from marts.estimates
    where is_default_scheme
),

last_waves as (
    select
        named.survey_code,
        arg_max(named.wave_code, about.reference_date) as wave_code,
    from named
    inner join marts.about as about using (survey_code, wave_code)
    where named.is_asked
    group by named.survey_code
),

-- A crosstab may be declared in a scheme of its own; a segment has every scheme.
chosen as (
    select
        named.survey_code,
        named.wave_code,
        named.weighting_scheme,
        named.by_code,
        named.crosstab_code,
    from named
    inner join last_waves using (survey_code)
    left join default_schemes
        on
            named.survey_code = default_schemes.survey_code
            and named.weighting_scheme = default_schemes.weighting_scheme
    cross join checked
    where
        checked.is_known
        and named.is_asked
        and named.wave_code = coalesce(wave, last_waves.wave_code)
        and if(
            scheme is null,
            default_schemes.survey_code is not null or named.crosstab_code is not null,
            named.weighting_scheme = scheme
        )
),

chosen_segments as (
    select distinct
        chosen.survey_code,
        chosen.wave_code,
        chosen.weighting_scheme,
        segments.segment_code,
    from chosen
    inner join marts.dim_segments as segments
        on
            chosen.survey_code = segments.survey_code
            and (chosen.by_code = segments.segment_code or segments.is_total)
    where chosen.crosstab_code is null
),

of_segments as (
    select
        figures.* exclude (option_code, statistic_label_nl, statistic_label_en, sort_order),
        figures.option_code as answer_code,
        coalesce(figures.option_label_nl, figures.statistic_label_nl) as label_nl,
        coalesce(figures.option_label_en, figures.statistic_label_en) as label_en,
        figures.sort_order,
        1 as part,
    from marts.estimates as figures
    inner join chosen_segments using (survey_code, wave_code, weighting_scheme, segment_code)
    where figures.question_code = asked_question
    union all by name
    select
        figures.*,
        figures.answer_label_nl as label_nl,
        figures.answer_label_en as label_en,
        -- Shares of answers that have a code are estimates already.
        2 as part,
    from marts.distributions as figures
    inner join chosen_segments using (survey_code, wave_code, weighting_scheme, segment_code)
    where
        figures.question_code = asked_question
        and (figures.value_from is not null or figures.statistic != 'share')
),

kinds as (
    select
        questions.survey_code,
        statistics.statistic,
        statistics.kind,
    from marts.dim_questions as questions
    inner join marts.dim_statistics as statistics using (scale_code)
    where questions.question_code = asked_question
),

placed as (
    select
        of_segments.*,
        segments.is_total,
        segments.letter as column_letter,
        segments.sort_order as column_order,
        if(
            kinds.kind in ('range', 'option') or of_segments.value_from is not null,
            of_segments.estimate * of_segments.n_weighted,
            null
        ) as n_gave,
    from of_segments
    inner join marts.dim_segments as segments
        on
            of_segments.survey_code = segments.survey_code
            and of_segments.segment_code = segments.segment_code
            and of_segments.segment_value = segments.segment_value
            and of_segments.second_segment_value
            is not distinct from segments.second_segment_value
    left join kinds
        on
            of_segments.survey_code = kinds.survey_code
            and of_segments.statistic = kinds.statistic
),

tested as (
    select
        survey_code,
        wave_code,
        weighting_scheme,
        segment_code,
        f_statistic,
        df1,
        df2,
        p_value,
    from marts.association_tests
    where question_code = asked_question
),

tabulated as (
    select
        placed.survey_code,
        placed.wave_code,
        placed.weighting_scheme,
        placed.question_code,
        placed.segment_value as column_value,
        placed.second_segment_value as second_column_value,
        placed.column_letter,
        placed.statistic,
        placed.answer_code,
        placed.estimate,
        placed.se,
        placed.ci_low,
        placed.ci_high,
        placed.df,
        placed.n_answers,
        placed.n_effective,
        -- Made of what is published, which is rounded: a whole percent is what it bears.
        round(
            placed.n_gave / nullif(
                max(if(placed.is_total, placed.n_gave, null)) over (
                    partition by
                        placed.survey_code, placed.wave_code, placed.weighting_scheme,
                        placed.statistic, placed.answer_code
                ), 0
            ), 2
        ) as row_share,
        placed.significantly_higher_than,
        null::varchar as differs_from_total,
        tested.f_statistic,
        tested.df1,
        tested.df2,
        tested.p_value,
        placed.is_withheld,
        placed.withheld_reason,
        placed.question_label_nl,
        placed.question_label_en,
        placed.segment_label_nl as column_label_nl,
        placed.segment_label_en as column_label_en,
        placed.label_nl,
        placed.label_en,
        row_number() over (
            order by not placed.is_total, placed.column_order, placed.part, placed.sort_order
        ) as sort_order,
    from placed
    left join tested using (survey_code, wave_code, weighting_scheme, segment_code)
    union all by name
    select crosstabs.* exclude (
        crosstab_code, column_code, second_column_code, withheld_label_nl, withheld_label_en,
        crosstab_label_nl, crosstab_label_en, is_default_scheme, is_from_earlier_release,
        first_label_nl, first_label_en, second_label_nl, second_label_en
    )
    from marts.crosstabs as crosstabs
    inner join chosen
        using (survey_code, wave_code, weighting_scheme, crosstab_code)
    -- A segment has every statistic; the same groups as a crosstab would stand here twice.
    where crosstabs.question_code = asked_question
    and not exists (select 1 from chosen_segments)
)

select * from tabulated
order by sort_order
