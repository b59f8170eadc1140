with sides as (
    select
        pairs.*,
        a.survey_code,
        a.scheme_code,
        a.wave_code,
        a.segment_code,
        a.segment_value as segment_value_a,
        b.segment_value as segment_value_b,
        a.measure_id,
        a.estimate as estimate_a,
        b.estimate as estimate_b,
        a.sum_w as sum_w_a,
        b.sum_w as sum_w_b,
        a.estimate - b.estimate as difference,
        coalesce(a.withheld_reason, b.withheld_reason) as withheld_reason,
        if(pairs.is_against_total, b.n_answers, a.n_answers + b.n_answers)
        - greatest(a.n_strata, b.n_strata) - 1 as df,
    from {{ ref('est_pairs') }} as pairs
    inner join {{ ref('est_estimates') }} as a on pairs.point_id_a = a.point_id
    inner join {{ ref('est_estimates') }} as b on pairs.point_id_b = b.point_id
),

-- e = e_a - e_b per respondent: b's influence with the sign turned.
signed as (
    select
        sides.pair_id,
        influence.cell_id,
        influence.sum_de,
        influence.sum_d2e,
        influence.sum_d2ee,
        influence.fit,
    from sides
    inner join {{ ref('est_influence') }} as influence on sides.point_id_a = influence.point_id
    union all
    select
        sides.pair_id,
        influence.cell_id,
        -influence.sum_de as sum_de,
        -influence.sum_d2e as sum_d2e,
        influence.sum_d2ee,
        -influence.fit as fit,
    from sides
    inner join {{ ref('est_influence') }} as influence on sides.point_id_b = influence.point_id
    -- Respondents of a part are also in the total: Σd²e² gains -2 Σd² e_a e_b.
    union all
    select
        sides.pair_id,
        domain.cell_id,
        0 as sum_de,
        0 as sum_d2e,
        -2 * (
            domain.sum_d2yy - (sides.estimate_a + sides.estimate_b) * domain.sum_d2y
            + sides.estimate_a * sides.estimate_b * domain.sum_d2
        ) / (sides.sum_w_a * sides.sum_w_b) as sum_d2ee,
        0 as fit,
    from sides
    inner join {{ ref('est_domain_cells') }} as domain
        on
            sides.scheme_code = domain.scheme_code
            and sides.wave_code = domain.wave_code
            and sides.segment_code = domain.segment_code
            and sides.segment_value_a = domain.segment_value
            and sides.measure_id = domain.measure_id
    where sides.is_against_total
),

differences as (
    select
        pair_id,
        cell_id,
        sum(sum_de) as sum_de,
        sum(sum_d2e) as sum_d2e,
        sum(sum_d2ee) as sum_d2ee,
        sum(fit) as fit,
    from signed
    group by pair_id, cell_id
),

stratum_sums as (
    select
        differences.pair_id,
        cells.scheme_code,
        cells.wave_code,
        cells.stratum,
        sum({{ cell_sum_u(
            'cells.factor', 'cells.sum_d', 'differences.sum_de', 'differences.fit'
        ) }}) as sum_u,
        sum({{ cell_sum_u2(
            'cells.factor', 'cells.sum_d2', 'differences.sum_d2e', 'differences.sum_d2ee',
            'differences.fit'
        ) }}) as sum_u2,
    from differences
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    group by all
),

variances as (
    select
        stratum_sums.pair_id,
        sum({{ stratum_variance(
            'strata.n_respondents', 'stratum_sums.sum_u', 'stratum_sums.sum_u2',
            'stratum_sums.all_u / strata.n_total'
        ) }}) as variance,
    from (
        select
            *,
            sum(sum_u) over (partition by pair_id) as all_u,
        from stratum_sums
    ) as stratum_sums
    inner join {{ ref('est_strata') }} as strata using (scheme_code, wave_code, stratum)
    group by stratum_sums.pair_id
),

with_errors as (
    select
        sides.*,
        {{ standard_error('variances.variance', '1e-3') }} as se,
    from sides
    inner join variances using (pair_id)
)

select * from with_errors
order by pair_id
