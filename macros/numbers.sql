{#- Statistics of numbers (mean, range, net) that a codebook asks of answers without one, or with
    bounds that hold nothing: one row per statistic × answer list × problem. The data test of
    scale_statistics and `peil codebook check` run this same SQL. Options: option_set_code,
    option_code, value_number. -#}
{% macro statistics_without_numbers(statistics, scales, questions, options) -%}
    with asked as (
        select
            statistics.scale_code,
            statistics.statistic,
            statistics.kind,
            statistics.value_from,
            statistics.value_to,
            statistics.minus_from,
            statistics.minus_to,
            scales.kind as scale_kind,
            scales.value_from as scale_from,
            scales.value_to as scale_to,
        from {{ statistics }} as statistics
        inner join {{ scales }} as scales on statistics.scale_code = scales.scale_code
        where statistics.kind in ('mean', 'range', 'net')
    ),

    lists as (
        select
            asked.*,
            coalesce(questions.option_set_code, '') as option_set_code,
            min(questions.question_code) as question_code,
        from asked
        inner join {{ questions }} as questions
            on asked.scale_code = questions.scale_code and questions.is_reported
        where asked.scale_kind = 'single'
        group by all
    ),

    listed as (
        select
            lists.*,
            count(options.option_code) as n_options,
            string_agg(options.option_code, ', ' order by options.option_code) filter (
                where options.value_number is null or not isfinite(options.value_number)
            ) as without_number,
            min(options.value_number) filter (where isfinite(options.value_number)) as lowest,
            max(options.value_number) filter (where isfinite(options.value_number)) as highest,
            list(options.value_number) filter (where isfinite(options.value_number)) as numbers,
        from lists
        left join {{ options }} as options on lists.option_set_code = options.option_set_code
        group by all
    ),

    bounds as (
        select
            asked.*,
            unnest(if(kind = 'range', ['range'], ['range', 'minus range'])) as side,
            unnest(if(kind = 'range', [value_from], [value_from, minus_from])) as low,
            unnest(if(kind = 'range', [value_to], [value_to, minus_to])) as high,
        from asked
        where kind in ('range', 'net') and scale_kind in ('number', 'single')
    ),

    problems as (
        select
            scale_code,
            statistic,
            null as option_set_code,
            'needs one number per answer; an answer on a scale of kind ' || scale_kind
            || ' has none. Ask a ' || kind || ' only of kind number, or of kind single with '
            || 'value_number in options.csv.' as problem,
        from asked
        where scale_kind not in ('number', 'single')
        union all
        select
            scale_code,
            statistic,
            null as option_set_code,
            'is asked of numbers, but the scale has no value_from and value_to (or the first is '
            || 'the larger) in scales.csv: no answer would be valid.' as problem,
        from asked
        where scale_kind = 'number' and not coalesce(scale_from <= scale_to, false)
        union all
        select
            scale_code,
            statistic,
            option_set_code,
            'is asked of question ''' || question_code || ''', whose answer list '''
            || option_set_code || ''' has no options. Add them to options.csv, each with its '
            || 'value_number, or name the list in questions.csv.' as problem,
        from listed
        where n_options = 0
        union all
        select
            scale_code,
            statistic,
            option_set_code,
            'needs a number for every answer, but in answer list ''' || option_set_code
            || ''' these options have none: ' || without_number
            || '. Fill value_number in options.csv, make the answer a missing code, or give '
            || 'question ''' || question_code || ''' a scale without this statistic.' as problem,
        from listed
        where without_number is not null
        union all
        select
            scale_code,
            statistic,
            null as option_set_code,
            'has a ' || side || ' from ' || coalesce(low::varchar, 'nothing') || ' to '
            || coalesce(high::varchar, 'nothing') || '. Give both ends in scale_statistics.csv, '
            || 'the lowest first.' as problem,
        from bounds
        where not coalesce(low <= high, false)
        union all
        select
            scale_code,
            statistic,
            null as option_set_code,
            'has a ' || side || ' ' || low || ' to ' || high || ' that lies outside the scale ('
            || scale_from || ' to ' || scale_to || ').' as problem,
        from bounds
        where scale_kind = 'number' and low <= high and (low < scale_from or high > scale_to)
        union all
        select
            bounds.scale_code,
            bounds.statistic,
            listed.option_set_code,
            'has a ' || bounds.side || ' ' || bounds.low || ' to ' || bounds.high
            || ' that lies outside the numbers of answer list ''' || listed.option_set_code
            || ''' (' || coalesce(listed.scale_from, listed.lowest) || ' to '
            || coalesce(listed.scale_to, listed.highest) || '), or holds none of them.' as problem,
        from bounds
        inner join listed
            on bounds.scale_code = listed.scale_code and bounds.statistic = listed.statistic
        where
            bounds.low <= bounds.high
            and (
                bounds.low < coalesce(listed.scale_from, listed.lowest)
                or bounds.high > coalesce(listed.scale_to, listed.highest)
                or not list_bool_or(
                    list_transform(
                        listed.numbers,
                        lambda number: number between bounds.low and bounds.high
                    )
                )
            )
        union all
        select
            scale_code,
            statistic,
            null as option_set_code,
            'subtracts a range that overlaps the range it is subtracted from.' as problem,
        from asked
        where kind = 'net' and value_from <= minus_to and minus_from <= value_to
    )

    select * from problems
{%- endmacro %}
