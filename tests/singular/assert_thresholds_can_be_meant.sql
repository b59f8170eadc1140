-- A threshold that is empty, a percentage where a share is meant, or next to nothing withholds
-- nothing and makes every interval wrong. Of real people the least that protects them is more.
with bounds as (
    select * from (
        values
        ('min_cell_n', 1, null, 3),
        ('min_uniform_base_n', 1, null, 10),
        ('min_answer_n', 1, null, 3),
        ('min_new_respondents', 1, null, 3),
        ('small_base_n', 0, null, null),
        ('min_reliable_n', 0, null, null),
        ('min_level_n', 0, null, null),
        ('min_df', 0, null, null),
        ('max_share_width', 0.01, 1, null),
        ('max_relative_width', 0.01, null, null),
        ('confidence_level', 0.5, 0.9999, null),
        ('significance_level', 0.0001, 0.5, null),
        ('min_p_value', 0.000000000001, 0.01, null),
        ('detection_power', 0.5, 0.9999, null),
        ('target_margin', 0.001, 0.5, null),
        ('max_g_over_median', 1, null, null),
        ('max_weight', 1, null, null),
        ('reject_weight', 1, null, null),
        ('bootstrap_replicates', 2, 100000, null),
        ('bootstrap_seed', 0, null, null),
        ('audit_sds', 0.1, null, null),
        ('audit_margin', 0, 1, null),
        ('max_distribution_values', 2, null, null),
        ('drift_margins', 0, null, null),
        ('releases_kept', 0, null, null)
    ) as listed (threshold_code, lowest, highest, lowest_of_real_people)
),

surveyed as (
    select bool_or(not is_simulated) as is_of_real_people
    from {{ ref('surveys') }}
),

wanted as (
    select
        bounds.threshold_code,
        bounds.highest,
        if(
            surveyed.is_of_real_people,
            coalesce(bounds.lowest_of_real_people, bounds.lowest), bounds.lowest
        ) as lowest,
    from bounds
    cross join surveyed
),

judged as (
    select
        thresholds.threshold_code,
        coalesce(thresholds.value::varchar, 'empty') as given,
        concat_ws(
            ' ', 'thresholds.csv: write a number of', (wanted.lowest::double)::varchar,
            'or more', 'and ' || (wanted.highest::double)::varchar || ' or less'
        ) as problem,
    from {{ ref('thresholds') }} as thresholds
    left join wanted using (threshold_code)
    where
        thresholds.value is null
        or not isfinite(thresholds.value)
        or thresholds.value < wanted.lowest
        or thresholds.value > wanted.highest
),

bases as (
    select
        surveys.survey_code,
        surveys.min_base_n,
        thresholds.value as min_cell_n,
    from {{ ref('surveys') }} as surveys
    cross join {{ ref('thresholds') }} as thresholds
    where
        thresholds.threshold_code = 'min_cell_n'
        and not surveys.is_simulated
        and surveys.min_base_n < thresholds.value
)

select
    threshold_code as code,
    given,
    problem,
from judged
union all
select
    survey_code as code,
    min_base_n::varchar as given,
    'surveys.csv, min_base_n: a figure of fewer people than min_cell_n (' || min_cell_n
    || ') tells what each of them answered' as problem,
from bases
order by all
