-- An attribute with is_segment_only divides figures by the answers to one closed, reported question
-- and does nothing else: it is not in the profile, so weights, contrasts, the change of one person
-- and what two such attributes have in common would be made without it.
with beside as (
    select * from {{ ref('attributes') }}
    where is_segment_only
),

named as (
    {% for seed, code, columns in [
        ('weighting_variables', 'scheme_code', ['attribute_code', 'second_attribute_code']),
        ('weighting_margins', 'level_code', ['attribute_code', 'second_attribute_code']),
        ('weighting_ladders', 'scheme_code', ['attribute_code']),
        ('weighting_schemes', 'scheme_code', ['group_attribute_code', 'stratum_attribute_code']),
        ('weighting_schemes', 'scheme_code', ['cluster_attribute_code']),
        ('contrasts', 'contrast_code', ['attribute_code']),
        ('population_codes', 'population_value', ['attribute_code']),
    ] -%}
        {% for column in columns -%}
            select
                '{{ seed }}' as seed_name,
                '{{ column }}' as column_name,
                {{ code }} as code,
                {{ column }} as attribute_code,
                'weights and contrasts are made of whole profiles: leave is_segment_only empty'
                    as problem,
            from {{ ref(seed) }}
            union all
        {% endfor -%}
    {% endfor -%}
    select
        'segments' as seed_name,
        'second_attribute_code' as column_name,
        segments.segment_code as code,
        beside.attribute_code,
        'two that cross are not both counted beside it: empty is_segment_only of one' as problem,
    from {{ ref('segments') }} as segments
    inner join beside on segments.second_attribute_code = beside.attribute_code
    where segments.attribute_code in (select other.attribute_code from beside as other)
),

divided as (
    select
        segments.survey_code,
        segments.segment_code,
        beside.attribute_code,
    from {{ ref('segments') }} as segments
    inner join beside
        on
            segments.survey_code = beside.survey_code
            and beside.attribute_code in (segments.attribute_code, segments.second_attribute_code)
),

paired as (
    select
        'segment_pairs' as seed_name,
        'segment_code_b' as column_name,
        pairs.segment_pair_code as code,
        b.attribute_code,
        'who is in both groups is not counted: empty is_segment_only of one' as problem,
    from {{ ref('segment_pairs') }} as pairs
    inner join divided as a
        on pairs.survey_code = a.survey_code and pairs.segment_code_a = a.segment_code
    inner join divided as b
        on pairs.survey_code = b.survey_code and pairs.segment_code_b = b.segment_code
    where a.attribute_code != b.attribute_code
),

described as (
    select
        beside.*,
        questions.option_set_code,
        coalesce(questions.is_reported, false) as is_asked,
        beside.survey_code in (
            select followed.survey_code from {{ ref('sources') }} as followed
            where followed.kind = 'survey' and followed.respondent_scope is not null
            group by followed.survey_code, followed.respondent_scope
            having count(distinct followed.wave_code) > 1
        ) as is_followed,
        beside.attribute_code in (
            select divided.attribute_code from divided
            union all
            select unnest([crosstabs.column_code, coalesce(crosstabs.second_column_code, '')])
            from {{ ref('crosstab_definitions') }} as crosstabs
        ) as is_used,
    from beside
    left join {{ ref('questions') }} as questions using (survey_code, question_code)
),

declared as (
    {% for condition, problem in [
        ("kind != 'question'", 'its groups are no answers to a question: empty it'),
        ("kind = 'question' and not is_asked", 'its question is not reported in this survey'),
        ('is_asked and option_set_code is null', 'its question has no options, so no groups'),
        ('not is_used', 'no segment divides by it: add a row to segments.csv, or empty it'),
        ('is_followed', 'respondent_scope in sources.csv follows people over waves: empty it'),
    ] -%}
        select
            'attributes' as seed_name,
            'is_segment_only' as column_name,
            question_code as code,
            attribute_code,
            '{{ problem }}' as problem,
        from described
        where {{ condition }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

problems as (
    select named.* from named
    inner join beside using (attribute_code)
    union
    select * from paired
    union
    select * from declared
)

select * from problems
order by all
