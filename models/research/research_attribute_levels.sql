with attributes as (
    select * from {{ ref('attributes') }}
),

labelled as (
    select
        attribute_code,
        level_code,
        label_nl,
        label_en,
        sort_order as level_number,
    from {{ ref('est_level_labels') }}
),

-- Without a number of its own for every level, the levels of an attribute are numbered in order.
numbered as (
    select
        *,
        count(distinct level_number) over (partition by attribute_code)
        = count(*) over (partition by attribute_code) as has_numbers,
        row_number() over (
            partition by attribute_code order by level_number, level_code
        ) as place,
    from labelled
),

described as (
    select
        attributes.survey_code,
        numbered.attribute_code,
        numbered.level_code,
        attributes.label_nl as attribute_label_nl,
        attributes.label_en as attribute_label_en,
        if(attributes.kind = 'number_band', 'ordinal', 'nominal') as measurement_level,
        numbered.label_nl,
        numbered.label_en,
        if(numbered.has_numbers, numbered.level_number, numbered.place)::integer as level_number,
    from numbered
    inner join attributes using (attribute_code)
)

select * from described
