select
    flag_code,
    kind,
    label_nl,
    label_en,
from {{ ref('flags') }}
order by kind, flag_code
