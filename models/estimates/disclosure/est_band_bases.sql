-- How many of a group gave a number of a band: the base of the group of that band, where it is
-- seen.
with figures as (
    select
        figures.survey_code,
        figures.wave_code,
        figures.question_code,
        figures.n_answers,
        figures.segment_value,
        figures.second_segment_value,
        segments.attribute_code,
        segments.second_attribute_code,
    from {{ ref('est_figures') }} as figures
    inner join {{ ref('est_segments') }} as segments using (survey_code, segment_code)
    where not figures.is_distribution and figures.n_answers >= figures.min_base_n
),

sides as (
    {{ group_sides('figures') }}
),

banded as (
    select
        sides.survey_code,
        sides.wave_code,
        sides.question_code,
        sides.beside_code,
        sides.beside_value,
        bands.value_from,
        bands.value_to,
        min(sides.n_answers) as n_answers,
    from sides
    inner join {{ ref('attributes') }} as attributes
        on
            sides.survey_code = attributes.survey_code
            and sides.side_code = attributes.attribute_code
            and sides.question_code = attributes.question_code
            and attributes.kind = 'number_band'
    inner join {{ ref('attribute_levels') }} as bands
        on
            sides.side_code = bands.attribute_code
            and sides.side_value = bands.level_code
    group by all
),

-- The group that the band divides: everybody, or the level that it is crossed with.
placed as (
    select
        banded.wave_code,
        banded.question_code,
        groups.sort_order as group_id,
        banded.value_from,
        banded.value_to,
        min(banded.n_answers) as n_answers,
    from banded
    inner join {{ ref('est_segments') }} as segments
        on
            banded.survey_code = segments.survey_code
            and banded.beside_code is not distinct from segments.attribute_code
            and segments.second_attribute_code is null
    inner join {{ ref('est_groups') }} as groups
        on
            segments.survey_code = groups.survey_code
            and segments.segment_code = groups.segment_code
            and (segments.is_total or banded.beside_value = groups.segment_value)
    group by all
)

select * from placed
order by all
