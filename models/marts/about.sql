with delivered as (
    select
        survey_code,
        wave_code,
        string_agg(distinct sources.label_nl, ', ' order by sources.label_nl) as sources_nl,
        string_agg(distinct sources.label_en, ', ' order by sources.label_en) as sources_en,
        string_agg(distinct sources.licence_nl, '; ' order by sources.licence_nl) as licences_nl,
        string_agg(distinct kinds.label_nl, '; ' order by kinds.label_nl) as sample_kinds_nl,
        string_agg(distinct kinds.label_en, '; ' order by kinds.label_en) as sample_kinds_en,
        -- Of one source that was not drawn by chance nobody knows whom it left out.
        bool_and(sources.sample_kind in ('probability', 'census'))
        filter (where sources.kind = 'survey' and sources.sample_kind is not null)
            as is_random_sample,
    from {{ ref('stg_deliveries') }}
    inner join {{ ref('sources') }} as sources using (source_code, survey_code, wave_code)
    left join {{ ref('flags') }} as kinds
        on sources.sample_kind = kinds.flag_code and kinds.kind = 'sample'
    where sources.kind != 'kpi'
    group by survey_code, wave_code
),

counted as (
    select
        survey_code,
        wave_code,
        sum(n_respondents)::bigint as n_respondents,
    from {{ ref('wgt_respondent_counts') }}
    where response_status = 'eligible'
    group by survey_code, wave_code
),

-- Municipalities, and those of the group that the first contrast of the survey compares.
in_scope as (
    select
        municipalities.survey_code,
        count(*) as n_municipalities,
        count(region_groups.level_code) as n_compared_municipalities,
    from {{ ref('municipalities') }} as municipalities
    left join {{ ref('est_contrasts') }} as contrasts
        on
            municipalities.survey_code = contrasts.survey_code
            and contrasts.is_first
    left join {{ ref('region_groups') }} as region_groups
        on
            contrasts.attribute_code = region_groups.attribute_code
            and contrasts.comparison_level_code = region_groups.level_code
            and municipalities.municipality_code = region_groups.municipality_code
    group by municipalities.survey_code
),

described as (
    select
        surveys.survey_code,
        waves.wave_code,
        surveys.audience,
        coalesce(surveys.language, 'nl') as language,
        coalesce(surveys.has_headlines, false) as has_headlines,
        surveys.label_nl,
        surveys.label_en,
        waves.label_nl as wave_label_nl,
        waves.label_en as wave_label_en,
        waves.fieldwork_start,
        waves.fieldwork_end,
        waves.reference_date,
        row_number() over (
            partition by surveys.survey_code
            order by waves.reference_date desc, waves.wave_code desc
        ) = 1 as is_latest_wave,
        counted.n_respondents,
        in_scope.n_municipalities,
        in_scope.n_compared_municipalities,
        surveys.is_simulated,
        surveys.description_nl,
        surveys.method_nl,
        delivered.sources_nl,
        delivered.sources_en,
        delivered.sample_kinds_nl,
        delivered.sample_kinds_en,
        delivered.is_random_sample,
        {{ threshold('confidence_level') }} as confidence_level,
        surveys.licence_nl || coalesce('; ' || delivered.licences_nl, '') as licences_nl,
        publications.publisher,
        publications.client,
        publications.population as target_population,
        publications.recruitment,
        publications.contact,
        publications.release_date,
        publications.next_release,
        publications.caution,
        publications.description_en,
        publications.method_en,
        publications.licence_en as licences_en,
    from counted
    inner join delivered using (survey_code, wave_code)
    inner join {{ ref('surveys') }} as surveys using (survey_code)
    inner join {{ ref('waves') }} as waves using (survey_code, wave_code)
    left join in_scope using (survey_code)
    left join {{ ref('publications') }} as publications using (survey_code)
)

select * from described
order by survey_code, wave_code
