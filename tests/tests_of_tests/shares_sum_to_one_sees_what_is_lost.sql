-- A demo question with one answer, and one with several. Planted per group: shares that sum to 0.9
-- (lost) and to 1.1 (twice). Of several answers, and where one is withheld, nothing is known.
with planted as (
    select
        'omnichannel' as survey_code,
        'w' as wave_code,
        'x' as weighting_scheme,
        'g' as segment_code,
        null::varchar as second_segment_value,
        'share' as statistic,
        *,
    from (
        values
        ('right', 'preferred_submit_channel', 0.6, false),
        ('right', 'preferred_submit_channel', 0.4, false),
        ('lost', 'preferred_submit_channel', 0.6, false),
        ('lost', 'preferred_submit_channel', 0.3, false),
        ('twice', 'preferred_submit_channel', 0.6, false),
        ('twice', 'preferred_submit_channel', 0.5, false),
        ('withheld', 'preferred_submit_channel', 0.6, false),
        ('withheld', 'preferred_submit_channel', null, true),
        ('several', 'digital_wishes', 0.6, false),
        ('several', 'digital_wishes', 0.7, false)
    ) as t (segment_value, question_code, estimate, is_withheld)
),

flagged as (
    {{ test_shares_sum_to_one('planted') }}
),

expected as (
    select * from (values ('lost'), ('twice')) as t (segment_value)
)

(select segment_value from flagged except select segment_value from expected)
union all
(select segment_value from expected except select segment_value from flagged)
