{#- What supports, contradicts and leaves open a recommendation is counted from its evidence, and it
    applies only with as much support as it asks for, of which some is core. -#}
{% test recommendations_follow_evidence(model, evidence=none) %}
    with counted as (
        select
            survey_code,
            segment_code,
            segment_value,
            recommendation_code,
            count(*) filter (where verdict = 'supports') as supporting,
            count(*) filter (where verdict = 'contradicts') as contradicting,
            count(*) as n_rules,
            bool_or(verdict = 'supports' and is_core) as has_core,
            bool_or(verdict not in ('contradicts') and is_core) as may_have_core,
            list({
                'falls_at': coalesce(n_at_threshold / n_answers, 0), 'is_core': is_core
            }) filter (where verdict = 'supports') as support,
        from {{ evidence or ref('recommendation_evidence') }}
        group by survey_code, segment_code, segment_value, recommendation_code
    ),

    judged as (
        select
            mart.*,
            case
                when counted.n_rules is null then 'rests on no evidence'
                when mart.n_supporting != counted.supporting
                    then 'n_supporting: not that of its evidence'
                when mart.n_contradicting != counted.contradicting
                    then 'n_contradicting: not that of its evidence'
                when mart.n_supporting + mart.n_contradicting + mart.n_open != counted.n_rules
                    then 'n_open: not the rest of its evidence'
                when (mart.status = 'applies')
                    != (counted.supporting >= mart.min_evidence and counted.has_core)
                    then 'status: applies without enough support, or not with it'
                when mart.status = 'does_not_apply'
                    and counted.n_rules - counted.contradicting >= mart.min_evidence
                    and counted.may_have_core
                    then 'status: does not apply, though that is not known'
                when
                    (mart.n_to_overturn is null or mart.base_share_at_fall is null)
                    != (mart.status != 'applies')
                    then 'n_to_overturn: of what does not apply, or lacking'
                -- Without so many of its figures, core ones first, it does not apply; one fewer
                -- taken away in any way leaves it.
                when
                    mart.status = 'applies'
                    and mart.n_to_overturn != least(
                        counted.supporting - mart.min_evidence + 1,
                        len(list_filter(counted.support, lambda s: s.is_core))
                    )
                    then 'n_to_overturn: not what it takes'
                -- Just above this part of the base enough is left, just under it not.
                when
                    mart.status = 'applies'
                    and not {{ evidence_is_left('mart.base_share_at_fall * 1.06 + 1e-9') }}
                    then 'base_share_at_fall: it has fallen before'
                when
                    mart.status = 'applies' and mart.base_share_at_fall > 0
                    and {{ evidence_is_left('mart.base_share_at_fall * 0.94') }}
                    then 'base_share_at_fall: it still applies'
            end as problem,
        from {{ model }} as mart
        left join counted using (survey_code, segment_code, segment_value, recommendation_code)
    )

    select * from judged
    where problem is not null
{% endtest %}
