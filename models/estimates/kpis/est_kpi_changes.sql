with dated as (
    select
        *,
        dense_rank() over (partition by wave_code, kpi_code order by period desc) as recency,
    from {{ ref('stg_kpi_values') }}
),

-- Of every municipality the last period of the KPI, and the one before.
paired as (
    select
        survey_code,
        wave_code,
        kpi_code,
        municipality_code,
        any_value(period) filter (where recency = 1) as period,
        any_value(period) filter (where recency = 2) as previous_period,
        any_value(value) filter (where recency = 1) as value,
        any_value(value) filter (where recency = 2) as previous_value,
    from dated
    group by survey_code, wave_code, kpi_code, municipality_code
),

-- KPIs are measured per municipality: they can be shown for everybody, per group of municipalities
-- and per municipality.
segments as (
    select
        survey_code,
        segment_code,
        attribute_code,
        if(is_total, 'total', attribute_kind) as kind,
    from {{ ref('est_segments') }}
    where
        second_attribute_code is null
        and shows_kpis
        and (is_total or attribute_kind in ('region_group', 'region'))
),

placed as (
    select
        paired.survey_code,
        paired.wave_code,
        paired.kpi_code,
        segments.segment_code,
        case segments.kind
            when 'total' then 'total'
            when 'region_group' then region_groups.level_code
            when 'region' then paired.municipality_code
        end as segment_value,
        paired.municipality_code,
        paired.period,
        paired.previous_period,
        paired.value,
        paired.previous_value,
        paired.value - paired.previous_value as change,
    from paired
    inner join {{ ref('municipalities') }} using (survey_code, municipality_code)
    inner join segments using (survey_code)
    left join {{ ref('region_groups') }} as region_groups
        on
            segments.attribute_code = region_groups.attribute_code
            and paired.municipality_code = region_groups.municipality_code
    where paired.value is not null
)

select * from placed
order by wave_code, kpi_code, segment_code, segment_value, municipality_code
