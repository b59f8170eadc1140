{#- Σu of the respondents in a cell, u = f·(d·e - d·b): f the raking factor, b the fit. -#}
{% macro cell_sum_u(factor, sum_d, sum_de, fit) -%}
    ({{ factor }} * ({{ sum_de }} - ({{ fit }}) * {{ sum_d }}))
{%- endmacro %}


{#- Σu² of the respondents in a cell. -#}
{% macro cell_sum_u2(factor, sum_d2, sum_d2e, sum_d2ee, fit) -%}
    (
        {{ factor }} * {{ factor }} * (
            {{ sum_d2ee }} - 2 * ({{ fit }}) * ({{ sum_d2e }})
            + ({{ fit }}) * ({{ fit }}) * {{ sum_d2 }}
        )
    )
{%- endmacro %}


{#- Σu and Σu² of respondents per figure and stratum. `influence` has per figure and cell the columns
    id, cell_id, sum_de, sum_d2e, sum_d2ee and fit. -#}
{% macro respondent_sums(influence, id) -%}
    select
        influence.{{ id }},
        cells.scheme_code,
        cells.wave_code,
        cells.stratum,
        'respondent' as unit,
        sum({{ cell_sum_u('cells.factor', 'cells.sum_d', 'influence.sum_de', 'influence.fit') }})
            as sum_u,
        sum({{ cell_sum_u2(
            'cells.factor', 'cells.sum_d2', 'influence.sum_d2e', 'influence.sum_d2ee',
            'influence.fit'
        ) }}) as sum_u2,
    from {{ influence }} as influence
    inner join {{ ref('est_cells') }} as cells using (cell_id)
    group by all
{%- endmacro %}


{#- The same of clusters, from their own sum_u per figure, stratum and cluster. -#}
{% macro cluster_sums(clusters, id) -%}
    select
        {{ id }},
        scheme_code,
        wave_code,
        stratum,
        'cluster' as unit,
        sum(sum_u) as sum_u,
        sum(sum_u * sum_u) as sum_u2,
    from {{ clusters }}
    group by {{ id }}, scheme_code, wave_code, stratum
{%- endmacro %}


{#- The same of differences and trends, with the clusters in which somebody answered; `summed` has a
    row per id, stratum and cluster. -#}
{% macro cluster_strata(summed, id) -%}
    select
        {{ id }},
        stratum,
        count(*) filter (where is_in_domain) as n_in_domain,
        sum(sum_u) as sum_u,
        sum(sum_u * sum_u) as sum_u2,
    from {{ summed }}
    group by {{ id }}, stratum
{%- endmacro %}


{#- The levels of the margins by number: millions of sums and products are grouped by two integers in
    place of five names. -#}
{% macro calibration_levels() -%}
    select
        *,
        row_number() over (
            order by scheme_code, wave_code, group_value, attribute_code, level_code
        ) as level_id,
    from (
        select distinct
            scheme_code,
            wave_code,
            group_value,
            attribute_code,
            level_code,
        from {{ ref('wgt_calibration_inverse') }}
    )
{%- endmacro %}


{#- Which of those levels each raking cell has. -#}
{% macro calibration_cell_levels(levels) -%}
    select
        cells.cell_id,
        {{ levels }}.level_id,
    from {{ ref('est_cells') }} as cells
    inner join {{ ref('wgt_cell_levels') }} as names using (scheme_code, wave_code, cell_key)
    inner join {{ levels }}
        using (scheme_code, wave_code, group_value, attribute_code, level_code)
{%- endmacro %}


{#- B = G S: what the calibration margins explain, from `sums` per figure and level_id, of which column
    `total` is S. `keys` are the columns of a figure. -#}
{% macro calibration_coefficients(levels, sums, keys, total) -%}
    select
        {% for key in keys %}products.{{ key }}, {% endfor %}
        {{ levels }}.* exclude (level_id),
        products.coefficient,
    from (
        select
            {% for key in keys %}sums.{{ key }}, {% endfor %}
            own.level_id,
            sum(inverses.value * sums.{{ total }}) as coefficient,
        from {{ sums }} as sums
        inner join {{ levels }} as other using (level_id)
        inner join {{ ref('wgt_calibration_inverse') }} as inverses
            on
                other.scheme_code = inverses.scheme_code
                and other.wave_code = inverses.wave_code
                and other.group_value = inverses.group_value
                and other.attribute_code = inverses.other_attribute_code
                and other.level_code = inverses.other_level_code
        inner join {{ levels }} as own
            on
                inverses.scheme_code = own.scheme_code
                and inverses.wave_code = own.wave_code
                and inverses.group_value = own.group_value
                and inverses.attribute_code = own.attribute_code
                and inverses.level_code = own.level_code
        group by all
    ) as products
    inner join {{ levels }} using (level_id)
{%- endmacro %}


{#- What a figure's coefficients make of each raking cell: the fit b. -#}
{% macro calibration_fit(coefficients, keys) -%}
    select
        {% for key in keys %}coefficients.{{ key }}, {% endfor %}
        cells.cell_id,
        sum(coefficients.coefficient) as fit,
    from {{ coefficients }} as coefficients
    inner join {{ ref('wgt_cell_levels') }} as levels
        using (scheme_code, wave_code, attribute_code, level_code)
    inner join {{ ref('est_cells') }} as cells
        on
            coefficients.scheme_code = cells.scheme_code
            and coefficients.wave_code = cells.wave_code
            and coefficients.group_value = cells.group_value
            and levels.cell_key = cells.cell_key
    group by all
{%- endmacro %}
