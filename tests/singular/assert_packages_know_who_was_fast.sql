-- A speeder is somebody faster than a share of the median of the whole source. A count package was
-- judged by the median it knew: with that of now the same people must be speeders.
with judged as (
    select
        durations.delivery_key,
        durations.n_respondents,
        durations.duration_seconds < rules.threshold * durations.median_seconds as was_fast,
        durations.duration_seconds < rules.threshold * medians.median_seconds as is_fast,
    from {{ ref('stg_counted_durations') }} as durations
    inner join {{ ref('response_rules') }} as rules using (survey_code)
    inner join {{ ref('wgt_source_medians') }} as medians using (wave_code, source_code)
    where rules.rule_code = 'speeder'
),

wrong as (
    select
        delivery_key,
        sum(n_respondents)::bigint as n_judged_otherwise,
    from judged
    where was_fast != is_fast
    group by delivery_key
)

select
    deliveries.source_code,
    wrong.n_judged_otherwise,
    deliveries.file_name || ': ' || wrong.n_judged_otherwise || ' people of this count package '
    || 'are speeders, or are not, by the median of all deliveries of the source. Count it again '
    || 'with a keep-list (`peil keep`)' as problem,
from wrong
inner join {{ ref('stg_deliveries') }} as deliveries using (delivery_key)
