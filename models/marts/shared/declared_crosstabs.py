"""Thin: the crosstabs that crosstab_definitions.csv declares, with peil.crosstabs."""


def model(dbt, session):
    dbt.config(materialized="table", persist_docs={"relation": False, "columns": False})
    from peil.crosstabs.declared import declared_crosstabs

    # What peil.crosstabs reads of the warehouse by name, so that dbt builds it first.
    dbt.ref("crosstab_definitions")
    dbt.ref("questions")
    dbt.ref("scales")
    dbt.ref("surveys")
    dbt.ref("waves")
    dbt.ref("weighting_schemes")
    dbt.ref("weighting_variables")
    dbt.ref("attributes")
    dbt.ref("attribute_levels")
    dbt.ref("thresholds")
    dbt.ref("publication_rounding")
    dbt.ref("stg_options")
    dbt.ref("stg_answers")
    dbt.ref("stg_scores")
    dbt.ref("wgt_overlapping_attributes")
    dbt.ref("wgt_respondents")
    dbt.ref("wgt_profiles")
    dbt.ref("wgt_profile_cells")
    dbt.ref("wgt_cell_levels")
    dbt.ref("wgt_calibration_inverse")
    dbt.ref("est_cells")
    dbt.ref("est_segments")
    dbt.ref("est_level_labels")
    dbt.ref("est_answer_counts")
    dbt.ref("est_strata")
    dbt.ref("est_cluster_levels")
    dbt.ref("est_figure_measures")
    dbt.ref("est_complements")
    dbt.ref("estimates")
    dbt.ref("distributions")
    return declared_crosstabs(session)
