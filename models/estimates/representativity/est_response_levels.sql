with leveled as (
    select
        survey_code,
        wave_code,
        response_cell_id,
        unnest(levels) as leveled,
    from {{ ref('est_response_cells') }}
    where source_code = 'all'
),

named as (
    select
        survey_code,
        wave_code,
        response_cell_id,
        struct_extract(leveled, 'attribute_code') as attribute_code,
        struct_extract(leveled, 'level_code') as level_code,
    from leveled
)

select * from named
order by all
