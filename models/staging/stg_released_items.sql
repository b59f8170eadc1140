with source as (
    select * from {{ source('raw', 'released_items') }}
),

renamed as (
    select
        ---------- ids
        survey_code,
        wave_code,
        question_code,
        ---------- numerics
        n_eligible,
        earlier_bases,
        n_not_asked,
        n_answered,
        n_dont_know,
        n_refused,
        n_skipped,
        n_off_route,
        ---------- booleans
        is_withheld,
    from source
)

select * from renamed
