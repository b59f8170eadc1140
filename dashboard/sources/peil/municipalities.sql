-- In the order of the code, which says nothing about how a municipality did.
select
    municipality_code,
    label_nl,
    participation,
    participation_label_nl
from marts.dim_municipalities
order by municipality_code
