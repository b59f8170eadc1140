"""A population for 29 fictitious municipalities, and respondents skewed as panels are."""

from pathlib import Path

import numpy as np
import pandas as pd

from peil.raking import prepare_margins, rake

NATIONAL = Path(__file__).with_name("national_population_2024.csv")
AGE_EDGES = np.array([18, 30, 40, 55, 65, 75, 121])
PARTICIPANTS_SHARE = 0.60
# Participating municipalities came out with older residents, who weigh less: this share of the
# respondents makes them 60 % of the weighted population.
PARTICIPANTS_SHARE_OF_RESPONDENTS = 0.609
ADULTS = 1_450_000
N_RESPONDENTS = 3944
SOURCES = ("burgerpanel", "gemeentekanalen", "participatieplatform")
# Of respondents below 40, below 65 and older; invented, as is the distribution of residents in
# seeds/weighting_margins.csv, and further from low than that.
EDUCATION = ("edu_low", "edu_middle", "edu_high")
EDUCATION_BY_AGE = np.array([[0.07, 0.35, 0.58], [0.13, 0.37, 0.50], [0.26, 0.38, 0.36]])
EDUCATION_AGES = (40, 65)
NO_EDUCATION_GIVEN = 0.03


def make_population(municipalities: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Residents per municipality, gender and single year of age.

    Args:
        municipalities: rows of seeds/municipalities.csv, with who takes part (participation).
        rng: source of the sizes and of how old each municipality is.

    Returns:
        Columns municipality_code, gender (M, V), age, n_residents.
    """
    national = pd.read_csv(NATIONAL)
    taking_part = (municipalities["participation"] == "participant").to_numpy()
    size = np.exp(rng.normal(0, 0.75, len(municipalities)))
    for group, share in ((taking_part, PARTICIPANTS_SHARE), (~taking_part, 1 - PARTICIPANTS_SHARE)):
        size[group] *= share / size[group].sum()
    tilt = rng.normal(0, 0.25, len(municipalities))
    age = national["age"].to_numpy()
    structure = national["n_residents"].to_numpy() * np.exp(tilt[:, None] * (age - 45) / 45)
    adults = age >= AGE_EDGES[0]
    structure *= (ADULTS * size / structure[:, adults].sum(axis=1))[:, None]
    return pd.DataFrame(
        {
            "municipality_code": np.repeat(municipalities["municipality_code"], len(national)),
            "gender": np.tile(national["gender"], len(municipalities)),
            "age": np.tile(age, len(municipalities)),
            "n_residents": np.rint(structure).astype(int).ravel(),
        }
    )


def draw_respondents(
    population: pd.DataFrame, municipalities: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Respondents with the skew of panels: older and more often men than the population."""
    adults = population[population["age"] >= AGE_EDGES[0]]
    size = adults.groupby("municipality_code")["n_residents"].sum()
    taking_part = municipalities.set_index("municipality_code")["participation"] == "participant"
    wanted = (size**0.85).rename("wanted")
    in_sample = PARTICIPANTS_SHARE_OF_RESPONDENTS
    for flag, share in ((True, in_sample), (False, 1 - in_sample)):
        group = taking_part[taking_part == flag].index
        wanted[group] *= share * N_RESPONDENTS / wanted[group].sum()
    counts = np.floor(wanted).astype(int)
    short = N_RESPONDENTS - int(counts.sum())
    counts.loc[(wanted - counts).sort_values(ascending=False).index[:short]] += 1
    skew = {"M": 1.2, "V": 0.9}
    parts = []
    for code, n in counts.items():
        here = adults[adults["municipality_code"] == code]
        age = here["age"].to_numpy()
        chance = here["n_residents"] * here["gender"].map(skew) * np.exp((age - 50) / 32)
        chance *= np.where(age > 82, np.exp(-(age - 82) / 5), 1)
        chosen = rng.choice(len(here), size=n, p=chance / chance.sum())
        parts.append(here.iloc[chosen][["municipality_code", "gender", "age"]])
    people = pd.concat(parts, ignore_index=True)
    people["participation"] = people["municipality_code"].map(taking_part)
    people["gender"] = people["gender"].map({"M": "man", "V": "vrouw"})
    people["source"] = rng.choice(SOURCES, size=len(people), p=[0.46, 0.36, 0.18])
    lots = rng.permutation(len(people))
    people.loc[lots[:14], "gender"] = "anders"
    people.loc[lots[14:52], "gender"] = "wil_niet_zeggen"
    people["age_known"] = True
    people.loc[lots[40:85], "age_known"] = False
    people["education"] = _draw_education(people, rng.spawn(1)[0])
    return people


def _draw_education(people: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Highest education by age; None of who did not say."""
    up_to = EDUCATION_BY_AGE.cumsum(axis=1)[np.searchsorted(EDUCATION_AGES, people["age"], "right")]
    place = (rng.random((len(people), 1)) > up_to[:, :-1]).sum(axis=1)
    drawn = pd.Series(np.array(EDUCATION, dtype=object)[place], index=people.index)
    return drawn.mask(rng.random(len(people)) < NO_EDUCATION_GIVEN, None)


def demo_weights(people: pd.DataFrame, population: pd.DataFrame) -> np.ndarray:
    """Weights by gender and age, so that answers can be handed out on the weighted scale."""
    adults = population[population["age"] >= AGE_EDGES[0]]
    band = pd.cut(adults["age"], AGE_EDGES, right=False).astype(str)
    targets = {
        "gender": adults.groupby(adults["gender"].map({"M": "man", "V": "vrouw"}))["n_residents"]
        .sum()
        .to_dict(),
        "age_group": adults.groupby(band)["n_residents"].sum().to_dict(),
    }
    age_group = pd.cut(people["age"], AGE_EDGES, right=False).astype(str)
    levels = {
        "gender": people["gender"].to_numpy(dtype=object),
        "age_group": age_group.where(people["age_known"], "").to_numpy(dtype=object),
    }
    ones = np.ones(len(people))
    unknown = ("", "anders", "wil_niet_zeggen")
    margins = prepare_margins(levels, ones, ones, targets, unknown_levels=unknown)
    return rake(ones, margins).factors
