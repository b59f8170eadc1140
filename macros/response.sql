{#- The counts of one table of response as published, by source: null when withheld, and so is the
    share of a number received that is. `item_code` is what was counted. -#}
{% macro published_response(table_code) -%}
    select
        counts.survey_code,
        counts.wave_code,
        if(counts.place = 'total', 'all', counts.place[8:]) as source_code,
        if(counts.item = 'total', 'received', counts.item[6:]) as item_code,
        withheld.item is not null as is_withheld,
        if(withheld.item is not null, null, counts.n)::bigint as n_rows,
        -- A share of what is withheld would tell it.
        if(
            withheld.item is not null or received.item is not null,
            null,
            {{ rounded('counts.n / counts.n_received', 'share') }}
        ) as share_of_received,
        coalesce(sources.label_nl, 'Alle bronnen') as source_label_nl,
        coalesce(sources.label_en, 'All sources') as source_label_en,
        coalesce(sources.sort_order, 0) as source_order,
    from {{ ref('est_response_counts') }} as counts
    left join {{ ref('est_withheld_counts') }} as withheld
        using (table_code, survey_code, wave_code, place, item)
    left join {{ ref('est_withheld_counts') }} as received
        on
            counts.survey_code = received.survey_code
            and counts.wave_code = received.wave_code
            and counts.place = received.place
            and received.table_code = 'response_overview'
            and received.item = 'total'
    left join {{ ref('sources') }} as sources
        on
            counts.survey_code = sources.survey_code
            and sources.source_code = if(counts.place = 'total', 'all', counts.place[8:])
    where counts.table_code = '{{ table_code }}'
{%- endmacro %}
