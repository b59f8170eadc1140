with counted as (
    select
        survey_code,
        wave_code,
        segment_code,
        segment_value,
        recommendation_code,
        any_value(segment_label_nl) as segment_label_nl,
        any_value(segment_label_en) as segment_label_en,
        count(*) filter (where verdict = 'supports') as n_supporting,
        count(*) filter (where verdict = 'contradicts') as n_contradicting,
        count(*) filter (where verdict not in ('supports', 'contradicts')) as n_open,
        count(*) filter (where verdict = 'supports' and is_core) as n_core_supporting,
        count(*) filter (where verdict not in ('supports', 'contradicts') and is_core)
            as n_core_open,
        min(sort_order) as evidence_order,
        -- What is not known from a number of answers does not fall with them.
        list_sort(
            list(coalesce(n_at_threshold / n_answers, 0)) filter (where verdict = 'supports')
        ) as falls_at,
        min(coalesce(n_at_threshold / n_answers, 0)) filter (where verdict = 'supports' and is_core)
            as core_falls_at,
    from {{ ref('recommendation_evidence') }}
    group by survey_code, wave_code, segment_code, segment_value, recommendation_code
),

-- Only evidence that is certain counts. What is open decides between no and not known.
decided as (
    select
        counted.*,
        texts.title_nl,
        texts.title_en,
        texts.text_nl,
        texts.text_en,
        texts.owner_nl,
        texts.owner_en,
        texts.min_evidence,
        texts.sort_order as text_order,
        case
            when
                counted.n_supporting >= texts.min_evidence and counted.n_core_supporting > 0
                then 'applies'
            when
                counted.n_supporting + counted.n_open >= texts.min_evidence
                and counted.n_core_supporting + counted.n_core_open > 0
                then 'too_little_data'
            else 'does_not_apply'
        end as status,
    from counted
    inner join {{ ref('recommendation_texts') }} as texts
        using (recommendation_code, survey_code)
),

-- What it takes to overturn a recommendation that applies.
weighed as (
    select
        *,
        if(
            status = 'applies',
            least(n_supporting - min_evidence + 1, n_core_supporting),
            null
        ) as n_to_overturn,
        if(
            status = 'applies',
            {{ rounded('greatest(falls_at[min_evidence], core_falls_at)', 'planned_n') }},
            null
        ) as base_share_at_fall,
    from decided
),

published as (
    select
        decided.survey_code,
        decided.wave_code,
        decided.segment_code,
        decided.segment_value,
        decided.recommendation_code,
        decided.status,
        statuses.label_nl as status_label_nl,
        statuses.label_en as status_label_en,
        decided.n_supporting,
        decided.n_contradicting,
        decided.n_open,
        decided.min_evidence,
        decided.n_to_overturn,
        decided.base_share_at_fall,
        decided.title_nl,
        decided.title_en,
        decided.text_nl,
        decided.text_en,
        decided.owner_nl,
        decided.owner_en,
        decided.segment_label_nl,
        decided.segment_label_en,
        row_number() over (
            order by decided.survey_code, decided.evidence_order, decided.text_order
        ) as sort_order,
    from weighed as decided
    left join {{ ref('flags') }} as statuses on decided.status = statuses.flag_code
)

select * from published
order by sort_order
