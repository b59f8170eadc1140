-- Planted, sets of two drivers with r² 0.3: shares of 0.5 and 0.4 (b: both rows), a withheld row
-- that still shows its correlation (c1), an interval beside its share (d1), a base of 49 (e), a
-- row without a quadrant (f1), half an interval (g1), a gap that is not that to the average (h1), a
-- gap beside its interval (i1), an average without a gap (j1), half an interval of a gap (k1), a
-- withheld row with a gap (l1), chances of 0.6 and 0.2 (m: both rows) and a chance without a gap
-- (n1). No interval at all is no fault (g2), nor is no average (h2).
with planted as (
    select * from (
        values
        ('a', 1, 0.20, 0.6, 0.5, 0.3, 50, false, 'Eerst'),
        ('a', 2, 0.10, 0.4, 0.3, 0.3, 50, false, 'Eerst'),
        ('b', 1, 0.15, 0.5, 0.4, 0.3, 50, false, 'Eerst'),
        ('b', 2, 0.15, 0.4, 0.3, 0.3, 50, false, 'Eerst'),
        ('c', 1, null, null, null, null, null, true, null),
        ('c', 2, null, null, null, null, null, true, null),
        ('d', 1, 0.20, 0.6, 0.7, 0.3, 50, false, 'Eerst'),
        ('d', 2, 0.10, 0.4, 0.3, 0.3, 50, false, 'Eerst'),
        ('e', 1, 0.20, 0.6, 0.5, 0.3, 49, false, 'Eerst'),
        ('e', 2, 0.10, 0.4, 0.3, 0.3, 49, false, 'Eerst'),
        ('f', 1, 0.20, 0.6, 0.5, 0.3, 50, false, null),
        ('f', 2, 0.10, 0.4, 0.3, 0.3, 50, false, 'Eerst'),
        ('g', 1, 0.20, 0.6, 0.5, 0.3, 50, false, 'Eerst'),
        ('g', 2, 0.10, 0.4, null, 0.3, 50, false, 'Eerst'),
        ('h', 1, 0.20, 0.6, 0.5, 0.3, 50, false, 'Eerst'),
        ('h', 2, 0.10, 0.4, 0.3, 0.3, 50, false, 'Eerst'),
        ('i', 1, 0.20, 0.6, 0.5, 0.3, 50, false, 'Eerst'),
        ('i', 2, 0.10, 0.4, 0.3, 0.3, 50, false, 'Eerst'),
        ('j', 1, 0.20, 0.6, 0.5, 0.3, 50, false, 'Eerst'),
        ('j', 2, 0.10, 0.4, 0.3, 0.3, 50, false, 'Eerst'),
        ('k', 1, 0.20, 0.6, 0.5, 0.3, 50, false, 'Eerst'),
        ('k', 2, 0.10, 0.4, 0.3, 0.3, 50, false, 'Eerst'),
        ('l', 1, null, null, null, null, null, true, null),
        ('l', 2, null, null, null, null, null, true, null),
        ('m', 1, 0.20, 0.6, 0.5, 0.3, 50, false, 'Eerst'),
        ('m', 2, 0.10, 0.4, 0.3, 0.3, 50, false, 'Eerst'),
        ('n', 1, 0.20, 0.6, 0.5, 0.3, 50, false, 'Eerst'),
        ('n', 2, 0.10, 0.4, 0.3, 0.3, 50, false, 'Eerst')
    ) as t (
        driver_model_code, driver, importance, importance_share, importance_share_ci_low,
        r_squared, n_answers, is_withheld, quadrant_label_nl
    )
),

complete as (
    select
        *,
        'omnichannel' as survey_code,
        'w' as wave_code,
        'x' as weighting_scheme,
        'total' as segment_code,
        'total' as segment_value,
        case
            when driver_model_code = 'g' and driver = 1 then null
            when importance_share_ci_low is not null then 0.9
        end as importance_share_ci_high,
        0.5 as share_unsatisfied,
        if(driver_model_code = 'h' and driver = 2 or driver_model_code = 'n', null, 0.4)
            as average_unsatisfied,
        case
            when driver_model_code = 'm' and driver = 2 then 0.2
            when driver_model_code = 'm' then 0.6
            when driver_model_code = 'n' and driver = 1 then 1
        end as first_probability,
        case
            when driver_model_code = 'h' and driver = 1 then 0.2
            when driver_model_code in ('h', 'n') then null
            when driver_model_code = 'j' and driver = 1 then null
            when not is_withheld or driver_model_code = 'l' and driver = 1 then 0.1
        end as unsatisfied_gap,
        case
            when is_withheld or driver_model_code in ('h', 'j', 'n') then null
            when driver_model_code = 'i' and driver = 1 then 0.15
            else 0
        end as unsatisfied_gap_ci_low,
        case
            when is_withheld or driver_model_code in ('h', 'j', 'n') then null
            when driver_model_code = 'k' and driver = 1 then null
            else 0.2
        end as unsatisfied_gap_ci_high,
        if(driver_model_code = 'c' and driver = 1, 0.4, null) as correlation,
        null::varchar as quadrant_code,
        'Te weinig' as withheld_label_nl,
    from planted
),

flagged as (
    {{ test_drivers_add_up('complete') }}
),

expected as (
    select * from (
        values
        ('b', 1), ('b', 2), ('c', 1), ('d', 1), ('e', 1), ('e', 2), ('f', 1), ('g', 1), ('h', 1),
        ('i', 1), ('j', 1), ('k', 1), ('l', 1), ('m', 1), ('m', 2), ('n', 1)
    ) as t (driver_model_code, driver)
)

(
    select
        driver_model_code,
        driver,
    from flagged
    except
    select
        driver_model_code,
        driver,
    from expected
)
union all
(
    select
        driver_model_code,
        driver,
    from expected
    except
    select
        driver_model_code,
        driver,
    from flagged
)
