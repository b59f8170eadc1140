-- Planted, a scale per way in which a mean, range or net has no numbers. Right: numbers (ok), a
-- labelled list of 1 to 3 (labelled), shares per option of a list without numbers (shares), and a
-- mean that no reported question asks (unused).
with scales as (
    select * from (
        values
        ('ok', 'number', 1, 10), ('labelled', 'single', null, null),
        ('shares', 'single', null, null), ('unused', 'single', null, null),
        ('several', 'multiple', null, null),
        ('words', 'text', null, null), ('endless', 'number', 1, null),
        ('no_list', 'single', null, null), ('empty_list', 'single', null, null),
        ('gap', 'single', null, null), ('reversed', 'number', 1, 10), ('half', 'number', 1, 10),
        ('outside', 'number', 1, 10), ('outside_list', 'single', null, null),
        ('between', 'single', null, null), ('overlap', 'number', 1, 10)
    ) as t (scale_code, kind, value_from, value_to)
),

statistics as (
    select * from (
        values
        ('ok', 'mean', null, null, null, null), ('ok', 'range', 1, 5, null, null),
        ('ok', 'net', 8, 10, 1, 5), ('labelled', 'mean', null, null, null, null),
        ('labelled', 'range', 1, 1, null, null), ('labelled', 'net', 1, 1, 3, 3),
        ('shares', 'option', null, null, null, null), ('unused', 'mean', null, null, null, null),
        ('several', 'mean', null, null, null, null), ('words', 'range', 1, 2, null, null),
        ('endless', 'mean', null, null, null, null), ('no_list', 'mean', null, null, null, null),
        ('empty_list', 'net', 1, 1, 3, 3), ('gap', 'mean', null, null, null, null),
        ('reversed', 'range', 5, 1, null, null), ('half', 'net', 8, 10, 1, null),
        ('outside', 'range', 0, 5, null, null), ('outside_list', 'range', 3, 4, null, null),
        ('between', 'range', 2, 2, null, null), ('overlap', 'net', 5, 10, 1, 5)
    ) as t (scale_code, kind, value_from, value_to, minus_from, minus_to)
),

planted as (
    select
        *,
        kind as statistic,
    from statistics
),

questions as (
    select
        scale_code as question_code,
        scale_code,
        scale_code != 'unused' as is_reported,
        case
            when scale_code in ('labelled', 'outside_list') then 'three'
            when scale_code in ('gap', 'shares', 'unused') then 'no_numbers'
            when scale_code = 'between' then 'ends'
            when scale_code = 'empty_list' then 'nowhere'
        end as option_set_code,
    from scales
),

options as (
    select * from (
        values
        ('three', 'agree', 1), ('three', 'neutral', 2), ('three', 'disagree', 3),
        ('no_numbers', 'agree', 1), ('no_numbers', 'neutral', null), ('ends', 'agree', 1),
        ('ends', 'disagree', 3)
    ) as t (option_set_code, option_code, value_number)
),

flagged as (
    {{ test_answers_have_numbers('planted', 'scales', 'questions', 'options') }}
),

expected as (
    select unnest([
        'several', 'words', 'endless', 'no_list', 'empty_list', 'gap', 'reversed', 'half',
        'outside', 'outside_list', 'between', 'overlap'
    ]) as scale_code
)

(select scale_code from flagged except all select scale_code from expected)
union all
(select scale_code from expected except all select scale_code from flagged)
