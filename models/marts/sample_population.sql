{%- set variable = 'survey_code, scheme_code, wave_code, attribute_code' -%}
-- Shares are those among the levels that the population knows. A few people at one level stand
-- out, and what a variable shows of its other levels would tell them: then nothing of the sample is
-- shown.
with judged as (
    select
        *,
        bool_or(n_respondents between 1 and {{ threshold('min_cell_n') }} - 1)
            over (partition by {{ variable }}) as is_withheld,
    from {{ ref('est_sample_levels') }}
),

shared as (
    select
        *,
        population / sum(population) over (partition by {{ variable }}) as population_share,
        n_respondents / sum(n_respondents) over (partition by {{ variable }}) as unweighted_share,
        sum_w / sum(sum_w) over (partition by {{ variable }}) as weighted_share,
    from judged
    where population is not null
),

raked as (
    select distinct
        scheme_code,
        unnest([attribute_code, second_attribute_code]) as attribute_code,
    from {{ ref('weighting_variables') }}
),

published as (
    select
        shared.survey_code,
        shared.wave_code,
        shared.scheme_code as weighting_scheme,
        shared.attribute_code,
        shared.level_code,
        raked.attribute_code is not null as is_raked,
        {{ rounded('shared.population_share', 'share') }} as population_share,
        {% for share in ['unweighted_share', 'weighted_share'] -%}
            if(shared.is_withheld, null, {{ rounded('shared.' ~ share, 'share') }}) as {{ share }},
        {% endfor -%}
        {% for share, difference in [
            ('unweighted_share', 'difference_before'), ('weighted_share', 'difference_after'),
        ] -%}
            if(
                shared.is_withheld, null,
                {{ rounded('(shared.' ~ share ~ ' - shared.population_share)', 'share') }} + 0
            ) as {{ difference }},
        {% endfor -%}
        shared.is_withheld,
        attributes.label_nl as attribute_label_nl,
        attributes.label_en as attribute_label_en,
        coalesce(labels.label_nl, shared.level_code) as label_nl,
        coalesce(labels.label_en, shared.level_code) as label_en,
        row_number() over (
            order by
                shared.survey_code, shared.wave_code, raked.attribute_code is null,
                shared.attribute_code, labels.sort_order, shared.level_code
        ) as sort_order,
    from shared
    inner join {{ ref('attributes') }} as attributes using (survey_code, attribute_code)
    left join raked using (scheme_code, attribute_code)
    left join {{ ref('est_level_labels') }} as labels
        using (survey_code, attribute_code, level_code)
)

select * from published
order by sort_order
