-- Who gave several answers would be weighted, placed or drawn several times: an attribute made of
-- such a question divides figures, and nothing else.
with used as (
    select
        'weighting_variables' as seed_name,
        scheme_code,
        unnest([attribute_code, second_attribute_code]) as attribute_code,
    from {{ ref('weighting_variables') }}
    union all
    select
        'weighting_schemes' as seed_name,
        scheme_code,
        unnest([group_attribute_code, stratum_attribute_code, cluster_attribute_code])
            as attribute_code,
    from {{ ref('weighting_schemes') }}
    union all
    select
        'contrasts' as seed_name,
        contrast_code as scheme_code,
        attribute_code,
    from {{ ref('contrasts') }}
)

select used.*
from used
inner join {{ ref('wgt_overlapping_attributes') }} using (attribute_code)
