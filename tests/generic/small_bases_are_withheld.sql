{#- Below the least base of its survey nothing stands in the row but the reason. -#}
{% test small_bases_are_withheld(model) %}
    select judged.*
    from {{ model }} as judged
    inner join {{ ref('surveys') }} as surveys using (survey_code)
    where
        (
            is_withheld and coalesce(
                estimate, n_answers, se, ci_low, ci_high, n_weighted, n_effective, deff, df,
                se_clustered, ci_low_clustered, ci_high_clustered, df_clustered
            ) is not null
        )
        or (is_withheld and (withheld_label_nl is null or withheld_label_en is null))
        or (not is_withheld and coalesce(n_answers, 0) < surveys.min_base_n)
{% endtest %}
