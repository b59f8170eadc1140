-- Two faults planted among four rows: one column empty, and both.
with planted as (
    select * from (values (1, 'a', 1.0), (2, null, 1.0), (null, null, 1.0), (4, 'd', null))
        as t (id, code, free)
),

flagged as ({{ test_columns_are_filled('planted', ['id', 'code']) }}),

expected as (select * from (values ('code'), ('id, code')) as t (empty_columns))

(
    select empty_columns from flagged
    except
    select empty_columns from expected
)
union all
(
    select empty_columns from expected
    except
    select empty_columns from flagged
)
