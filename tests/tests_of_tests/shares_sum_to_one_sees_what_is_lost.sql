-- Measures of a demo question with one answer, and of one with several. Planted per domain: shares
-- that sum to 0.9 (2) and to 1.1 (3). Of several answers (4) nothing is known.
with measures as (
    select
        question_code,
        measure_id,
        row_number() over (partition by question_code order by measure_id) as place,
    from {{ ref('est_measures') }}
    where question_code in ('preferred_submit_channel', 'digital_wishes')
),

planted as (
    select
        t.domain_id,
        measures.measure_id,
        t.estimate,
    from (
        values
        (1, 'preferred_submit_channel', 1, 0.6), (1, 'preferred_submit_channel', 2, 0.4),
        (2, 'preferred_submit_channel', 1, 0.6), (2, 'preferred_submit_channel', 2, 0.3),
        (3, 'preferred_submit_channel', 1, 0.6), (3, 'preferred_submit_channel', 2, 0.5),
        (4, 'digital_wishes', 1, 0.6), (4, 'digital_wishes', 2, 0.7)
    ) as t (domain_id, question_code, place, estimate)
    inner join measures using (question_code, place)
),

flagged as (
    {{ test_shares_sum_to_one('planted') }}
),

expected as (
    select * from (values (2), (3)) as t (domain_id)
)

(select domain_id from flagged except select domain_id from expected)
union all
(select domain_id from expected except select domain_id from flagged)
