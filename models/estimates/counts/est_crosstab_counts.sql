with eligible as (
    select
        delivery_key,
        row_number,
        survey_code,
        wave_code,
        profile_key,
        base_weight,
    from {{ ref('wgt_respondents') }}
    where
        response_status = 'eligible'
        and {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
),

sides as (
    select * from {{ ref('est_crosstab_sides') }}
),

crossed as (
    select distinct
        survey_code,
        question_code,
        n_sides,
    from sides
),

with_several as (
    {{ questions_with_several() }}
),

-- An answer as peil.crosstabs reads it: code, chr(30), number; empty for who ticked nothing.
given as (
    select
        delivery_key,
        row_number,
        'question' as kind,
        question_code as side_code,
        if(is_selected, concat(option_code, chr(30), value_number), null) as answer,
        question_code in (select with_several.question_code from with_several) as is_of_several,
    from {{ ref('est_valid_answers') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
    union all
    select
        delivery_key,
        row_number,
        'attribute' as kind,
        attribute_code as side_code,
        level_code as answer,
        true as is_of_several,
    from {{ ref('wgt_respondent_parts') }}
    where second_level_code is null and {{ is_to_build('delivery_key', 'wgt_delivery_versions') }}
),

-- Several answers are one sorted text, chr(31) between; one answer needs no look at persons.
texts as (
    select * exclude (is_of_several)
    from given
    semi join sides using (kind, side_code)
    where not is_of_several
    union all
    select
        delivery_key,
        row_number,
        kind,
        side_code,
        array_to_string(list_sort(list_distinct(list(answer))), chr(31)) as answer,
    from given
    semi join sides using (kind, side_code)
    where is_of_several
    group by delivery_key, row_number, kind, side_code
),

together as (
    select
        texts.delivery_key,
        texts.row_number,
        sides.survey_code,
        sides.question_code,
        list_sort(list(struct_pack(place := sides.position, answer := texts.answer))) as given,
    from texts
    inner join sides using (kind, side_code)
    group by texts.delivery_key, texts.row_number, sides.survey_code, sides.question_code
),

-- Everybody, whatever was answered: who is nowhere counts in the design.
alike as (
    select
        eligible.delivery_key,
        eligible.survey_code,
        eligible.wave_code,
        crossed.question_code,
        eligible.profile_key,
        crossed.n_sides,
        together.given,
        count(*) as n_respondents,
        fsum(eligible.base_weight) as sum_d,
        fsum(eligible.base_weight * eligible.base_weight) as sum_d2,
    from eligible
    inner join crossed using (survey_code)
    left join together using (delivery_key, row_number, survey_code, question_code)
    group by all
),

counted as (
    select
        * exclude (given, n_sides),
        list_transform(
            range(1, n_sides + 1),
            lambda place: list_filter(given, lambda side: side['place'] = place)[1]['answer']
        ) as answers,
    from alike
    -- Counted elsewhere.
    union all by name
    select * from {{ ref('stg_counted_crosstabs') }}
    where {{ is_to_build('delivery_key', 'wgt_delivery_versions', has_rows=false) }}
)

select * from counted
order by all
