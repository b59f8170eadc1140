"""The covariance under the Rao-Scott test, person by person; R proves the test in test_r_parity."""

import dataclasses

import numpy as np
import pytest
from peil.statistics.design import Clusters, Design
from peil.statistics.independence import (
    Table,
    _cluster_covariance,
    _respondent_covariance,
    rao_scott,
)

# Person: stratum, group, answer. Stratum 2 holds one person.
PEOPLE = [
    (0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 1), (0, 0, 0), (1, 1, 0), (1, 0, 1), (1, 1, 1),
    (1, 0, 0), (2, 1, 0),
]  # fmt: skip


@pytest.fixture
def sample() -> tuple[Table, Design]:
    """Ten people of weight 1, not calibrated, a raking cell per stratum, a cluster per person."""
    sums, clusters = np.zeros((3, 2, 2)), np.zeros((len(PEOPLE), 2, 2))
    for i, (stratum, group, answer) in enumerate(PEOPLE):
        sums[stratum, group, answer] += 1
        clusters[i, group, answer] = 1
    n = np.array([5.0, 4.0, 1.0])
    design = Design(
        factors=np.ones(3), strata=np.arange(3), sum_d=n, sum_d2=n, levels=np.zeros((3, 0)),
        inverse=np.zeros((0, 0)), n_units=n, correction=np.ones(3),
        clusters=Clusters(
            strata=np.array([stratum for stratum, *_ in PEOPLE]),
            levels=np.zeros((len(PEOPLE), 0)), n_units=n, correction=np.ones(3),
        ),
    )  # fmt: skip
    return Table(sums, sums, clusters), design


def test_a_lonely_stratum_is_centred_on_the_grand_mean(sample):
    table, design = sample
    share = table.sum_d.sum(axis=0).ravel() / len(PEOPLE)
    covariance, df = _respondent_covariance(table, design, share, len(PEOPLE))
    u = np.zeros((len(PEOPLE), 4))
    for i, (_, group, answer) in enumerate(PEOPLE):
        u[i, 2 * group + answer] = 1
    u = (u - share) / len(PEOPLE)
    wanted = np.outer(u[9], u[9])
    for own in (u[:5], u[5:9]):
        wanted += len(own) * np.cov(own.T)
    assert df == len(PEOPLE) - 3
    np.testing.assert_allclose(covariance, wanted, atol=1e-15)


def test_people_as_clusters_give_the_test_of_people(sample):
    """Also with the lonely stratum: both designs centre it alike."""
    table, design = sample
    people, clusters = rao_scott(table, design), rao_scott(table, design, by_cluster=True)
    assert people is not None
    np.testing.assert_allclose(dataclasses.astuple(clusters), dataclasses.astuple(people))


def test_a_group_in_one_cluster_is_not_tested_with_clusters_as_units(sample):
    table, design = sample
    one = np.zeros_like(table.clusters)
    one[0, 0] = table.clusters[:, 0].sum(axis=0)
    one[:, 1] = table.clusters[:, 1]
    assert rao_scott(dataclasses.replace(table, clusters=one), design, by_cluster=True) is None
    assert rao_scott(table, design) is not None


def test_a_sample_of_half_the_population_halves_the_covariance(sample):
    table, design = sample
    share = table.sum_d.sum(axis=0).ravel() / len(PEOPLE)
    half = dataclasses.replace(
        design,
        correction=np.full(3, 0.5),
        clusters=dataclasses.replace(design.clusters, correction=np.full(3, 0.5)),
    )
    for covariance in (_respondent_covariance, _cluster_covariance):
        whole, _ = covariance(table, design, share, len(PEOPLE))
        corrected, _ = covariance(table, half, share, len(PEOPLE))
        assert np.abs(whole).max() > 0
        np.testing.assert_allclose(corrected, whole / 2)
