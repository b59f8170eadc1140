with eligible as (
    select
        profile_key,
        wave_code,
        survey_code,
        min_by(delivery_key, (delivery_key, row_number)) as delivery_key,
        min_by(row_number, (delivery_key, row_number)) as row_number,
    from {{ ref('wgt_respondents') }}
    where response_status = 'eligible'
    group by profile_key, wave_code, survey_code
),

described as (
    select
        eligible.wave_code,
        eligible.survey_code,
        eligible.profile_key,
        attributes.attribute_code,
        attributes.level_code,
    from eligible
    inner join {{ ref('wgt_respondent_attributes') }} as attributes
        using (delivery_key, row_number)
    where attributes.attribute_code not in (
        select beside.attribute_code from {{ ref('attributes') }} as beside
        where beside.is_segment_only
    )
),

-- Of one profile several deliveries may have people.
unioned as (
    select * from described
    union
    select
        wave_code,
        survey_code,
        profile_key,
        attribute_code,
        level_code,
    from {{ ref('stg_counted_profiles') }}
)

select * from unioned
order by all
