-- Figures of a group in which nobody gave an answer that counts. Without a row a reader would see
-- that, and so what all of them did not do: a question of users, of a group without any.
with groups as (
    select distinct
        survey_code,
        scheme_code,
        wave_code,
        segment_code,
        segment_value,
        second_segment_value,
    from {{ ref('est_points') }}
),

measures as (
    select distinct
        survey_code,
        scheme_code,
        wave_code,
        measure_id,
    from {{ ref('est_points') }}
),

absent as (
    select
        groups.*,
        measures.measure_id,
    from groups
    inner join measures using (survey_code, scheme_code, wave_code)
    anti join {{ ref('est_points') }} as points
        on
            groups.scheme_code = points.scheme_code
            and groups.wave_code = points.wave_code
            and {{ same_group('groups', 'points') }}
            and measures.measure_id = points.measure_id
)

select
    *,
    0::bigint as n_answers,
    -- As of any base that is too small to be seen.
    'small_base' as withheld_reason,
    true as is_withheld,
from absent
order by all
