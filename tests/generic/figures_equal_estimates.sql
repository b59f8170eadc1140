{#- Every figure of a mart is that of the same wave, scheme, group, question, statistic and answer in
    marts.estimates, with the same interval and base; and no figure in scope is left out.

    figures: one mapping for each: `column`, and where the mart has them `low`, `high` and `n`;
        `equals`, SQL for another column of estimates than the figure itself.
    keys: SQL for a key of estimates that the mart has under another name or as a constant, for all
        figures or within one figure. `weighting_scheme: default` is the default scheme.
    same: columns of the mart with the SQL over `estimates` they must be equal to, such as labels.
    join: `relation`, a model in which keys are looked up, as `joined`, on a `condition`.
    scope: condition on estimates of the rows that must all be in the mart.
    kinds: of all kinds of statistics, those that are in scope.
    rules: what else is wrong with a row of the mart, as in rules_hold.
    estimates: what to hold the mart against; measures: where kinds of statistics stand. -#}
{% test figures_equal_estimates(
    model, figures, keys={}, same={}, join=none, scope=none, kinds=[], rules={},
    estimates=none, measures=none
) %}
    {%- set estimates = estimates or ref('estimates') -%}
    {%- set by_default = keys.get('weighting_scheme') == 'default' -%}
    {%- set names = [
        'survey_code', 'wave_code', 'weighting_scheme', 'segment_code', 'segment_value',
        'second_segment_value', 'question_code', 'statistic', 'option_code'
    ] | reject('equalto', 'weighting_scheme' if by_default else '') | list -%}
    with mart as (
        select
            *,
            row_number() over () as mart_row,
        from {{ model }}
    ),

    paired as (
        {% for figure in figures %}
            select
                mart.mart_row,
                '{{ figure.column }}' as figure,
                {% for name in names -%}
                    {{ figure.get(name, keys.get(name, 'mart.' ~ name)) }} as {{ name }},
                {% endfor -%}
                mart.{{ figure.column }} as found,
                {{ 'mart.' ~ figure.low if figure.low else 'estimates.ci_low' }} as found_low,
                {{ 'mart.' ~ figure.high if figure.high else 'estimates.ci_high' }} as found_high,
                {{ 'mart.' ~ figure.n if figure.n else 'null' }} as found_n,
                {% if figure.n -%}
                    max(estimates.n_answers) over (partition by mart.mart_row)
                {%- else -%} null
                {%- endif %} as n_answers,
                {{ figure.get('equals', 'estimates.estimate') }} as estimate,
                estimates.ci_low,
                estimates.ci_high,
                estimates.survey_code is not null as is_known,
                concat_ws(
                    ', ', ''
                    {%- for column, meant in dict(same, **figure.get('same', {})).items() -%},
                        if(
                            estimates.survey_code is not null
                            and mart.{{ column }} is distinct from {{ meant }},
                            '{{ column }}', null
                        )
                    {%- endfor -%}
                ) as other,
                {{ "'" ~ figure.n ~ "'" if figure.n else 'null' }} as n_column,
            from mart
            {% if join -%}
                inner join {{ ref(join.relation) }} as joined on {{ join.condition }}
            {% endif -%}
            left join {{ estimates }} as estimates
                on
                    {{ 'estimates.is_default_scheme' if by_default else 'true' }}
                    {% for name in names -%}
                        {%- set key = figure.get(name, keys.get(name, 'mart.' ~ name)) -%}
                        and estimates.{{ name }}
                        {{- ' is not distinct from ' if name in [
                            'second_segment_value', 'option_code'
                        ] else ' = ' }}{{ key }}
                    {% endfor -%}
            {{ 'union all' if not loop.last }}
        {% endfor %}
    ),

    -- One base may stand beside several figures, of which some are withheld.
    based as (
        select * replace (max(n_answers) over (partition by mart_row, n_column) as n_answers)
        from paired
    ),

    judged as (
        select
            figure,
            case
                when found is not null and not is_known then 'is no figure of estimates'
                when {{ differs('found', 'estimate') }} then 'is another figure in estimates'
                when {{ differs('found_low', 'ci_low') }} or {{ differs('found_high', 'ci_high') }}
                    then 'has another interval in estimates'
                when n_column is not null and {{ differs('found_n', 'n_answers') }}
                    then 'has another base in estimates'
                when other != '' then 'is not as in estimates' || other
            end as problem,
            {{ names | join(', ') }},
            found,
            estimate,
            found_low,
            ci_low,
            found_high,
            ci_high,
            found_n,
            n_answers,
        from based
    )

    select * from judged
    where problem is not null
    {% if scope %}
        union all by name
        select
            'is left out' as problem,
            {% for name in names %}estimates.{{ name }}, {% endfor %}
            estimates.estimate,
        from {{ estimates }} as estimates
        left join paired
            on
                true
                {% for name in names -%}
                    and estimates.{{ name }} is not distinct from paired.{{ name }}
                {% endfor -%}
        where
            ({{ scope }})
            and paired.mart_row is null
            {% if kinds -%}
                and exists (
                    select 1 from {{ measures or ref('est_measures') }} as measures
                    where
                        measures.survey_code = estimates.survey_code
                        and measures.question_code = estimates.question_code
                        and measures.statistic = estimates.statistic
                        and measures.option_code is not distinct from estimates.option_code
                        and measures.kind in ('{{ kinds | join("', '") }}')
                )
            {%- endif %}
    {% endif %}
    {% if rules %}
        union all by name
        select
            broken.problem,
            {% for name in names if name in ['survey_code', 'wave_code', 'segment_code', 'segment_value'] -%}
                broken.{{ name }},
            {% endfor -%}
        from ({{ test_rules_hold(model, rules) }}) as broken
    {% endif %}
{% endtest %}
