with eligible as (
    select
        delivery_key,
        count(*) as n_eligible,
        bit_xor(hash(row_number, profile_key, base_weight)) as eligible_rows,
    from {{ ref('wgt_respondents') }}
    where response_status = 'eligible'
    group by delivery_key
),

codebook as (
    select
        {{ seed_digest('answer_pairs', [
            'survey_code', 'answer_pair_code', 'question_code_a', 'statistic_a', 'option_code_a',
            'question_code_b', 'statistic_b', 'option_code_b'
        ]) }}
        || {{ seed_digest('scale_statistics', [
            'scale_code', 'statistic', 'kind', 'value_from', 'value_to', 'minus_from', 'minus_to'
        ]) }}
        || {{ seed_digest('driver_models', [
            'survey_code', 'driver_model_code', 'outcome_question_code', 'driver_question_code',
            'sort_order'
        ]) }} as digest,
),

versions as (
    select
        staged.delivery_key,
        md5(
            concat_ws(
                '|', staged.delivery_version, eligible.n_eligible, eligible.eligible_rows,
                codebook.digest
            )
        ) as delivery_version,
    from {{ ref('stg_delivery_versions') }} as staged
    cross join codebook
    left join eligible using (delivery_key)
)

select * from versions
order by all
