{{ config(materialized='view') }}

with pairs as (
    select distinct
        scheme_code,
        default_scheme_code,
    from {{ ref('est_scheme_pairs') }}
),

effects as (
    select
        found.* exclude (se),
        pairs.default_scheme_code,
        {{ known('found.se') }} as se,
        -- Clusters as units would take the sums of both weightings per cluster.
        schemes.inference_unit = 'cluster' as is_clustered,
        found.n_answers - found.n_strata as df,
    from {{ ref('est_scheme_effects') }} as found
    inner join pairs using (scheme_code)
    inner join {{ ref('weighting_schemes') }} as schemes
        on pairs.default_scheme_code = schemes.scheme_code
),

bounded as (
    select
        * replace (if(is_clustered, null, se) as se),
        {{ t_bound('difference', 'if(is_clustered, null, se)', 'df', -1) }} as ci_low,
        {{ t_bound('difference', 'if(is_clustered, null, se)', 'df', 1) }} as ci_high,
    from effects
)

select * from bounded
