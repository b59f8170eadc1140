-- With one cluster on a side nothing is known of the spread between clusters: a standard error
-- with clusters as units would look like that of a known figure.
select
    survey_code,
    wave_code,
    weighting_scheme,
    segment_code,
    segment_value,
    question_code,
    df_clustered,
from {{ ref('estimates') }}
where se_clustered is not null and coalesce(df_clustered, 0) < 1
union all
select
    survey_code,
    wave_code,
    weighting_scheme,
    segment_code,
    concat_ws(' - ', segment_value_a, segment_value_b) as segment_value,
    question_code,
    df_clustered,
from {{ ref('comparisons') }}
where se_clustered is not null and coalesce(df_clustered, 0) < 1
