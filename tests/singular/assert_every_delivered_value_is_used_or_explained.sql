-- A value in a bound column is decoded, rejected with a reason, or empty between separators.
select
    values_seen.*,
from {{ ref('stg_answer_values') }} as values_seen
where
    reject_reason is null
    and missing_reason is null
    and option_code is null
    and value_number is null
