with judged as (
    select
        found.*,
        -- A few people at one level stand out; what all sources less the others leave tells them.
        found.source_code != 'all'
        and found.attribute_code is not null
        and bool_or(
            found.source_code != 'all' and found.n_least < {{ threshold('min_cell_n') }}
        ) over (partition by found.survey_code, found.wave_code, found.attribute_code)
        or found.source_code = 'all'
        and found.attribute_code is not null
        and found.n_least < {{ threshold('min_cell_n') }}
        or found.attribute_code is null
        and found.n_least < surveys.min_base_n as is_withheld,
    from {{ ref('est_representativity') }} as found
    inner join {{ ref('surveys') }} as surveys using (survey_code)
),

published as (
    select
        judged.survey_code,
        judged.wave_code,
        judged.source_code,
        judged.attribute_code,
        judged.level_code,
        {% for column, digits in [
            ('r', 3), ('r_ci_low', 3), ('r_ci_high', 3),
            ('cv', 2), ('cv_ci_low', 2), ('cv_ci_high', 2), ('partial_cv', 2),
        ] -%}
            if(
                judged.is_withheld or isnan(judged.{{ column }}),
                null, round(judged.{{ column }}, {{ digits }}) + 0
            ) as {{ column }},
        {% endfor -%}
        if(
            judged.level_code is null or judged.is_withheld or judged.partial_cv >= 0,
            null,
            row_number() over (
                partition by
                    judged.survey_code, judged.wave_code, judged.source_code,
                    judged.level_code is null, judged.is_withheld
                order by judged.partial_cv, judged.attribute_code, judged.level_code
            )
        )::bigint as invite_rank,
        judged.is_withheld,
        coalesce(sources.label_nl, 'Alle bronnen') as source_label_nl,
        coalesce(sources.label_en, 'All sources') as source_label_en,
        attributes.label_nl as attribute_label_nl,
        attributes.label_en as attribute_label_en,
        coalesce(levels.label_nl, judged.level_code) as level_label_nl,
        coalesce(levels.label_en, judged.level_code) as level_label_en,
        row_number() over (
            order by
                judged.survey_code, judged.wave_code, judged.source_code != 'all',
                sources.sort_order, judged.source_code, judged.attribute_code nulls first,
                judged.level_code is not null, levels.sort_order, judged.level_code
        ) as sort_order,
    from judged
    left join {{ ref('sources') }} as sources
        on
            judged.survey_code = sources.survey_code
            and judged.wave_code = sources.wave_code
            and judged.source_code = sources.source_code
    left join {{ ref('attributes') }} as attributes
        on
            judged.survey_code = attributes.survey_code
            and judged.attribute_code = attributes.attribute_code
    left join {{ ref('attribute_levels') }} as levels
        on judged.attribute_code = levels.attribute_code and judged.level_code = levels.level_code
)

select * from published
order by sort_order
