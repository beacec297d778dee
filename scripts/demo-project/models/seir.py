"""An age-structured SEIR model, stepped once a day, with contacts read from data/."""

import csv
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
BETA = 0.30
"""Chance of infection per contact and day."""
LATENT_DAYS = 3.0
INFECTIOUS_DAYS = 5.0
DAYS = 365


def read_column(name: str, column: str) -> list[float]:
    """Return one numeric column of a file in data/."""
    with (DATA / name).open(newline="") as file:
        return [float(row[column]) for row in csv.DictReader(file)]


def read_contacts() -> list[list[float]]:
    """Return contacts per day of each age group with each other."""
    with (DATA / "contact_patterns.csv").open(newline="") as file:
        return [[float(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]]


class SEIR:
    """People who are susceptible, exposed, infectious or recovered, in age groups."""

    def __init__(self) -> None:
        self.population = read_column("demographics.csv", "population")
        self.contacts = read_contacts()

    def run(self) -> list[list[float]]:
        """Return the number of infectious people per day and age group."""
        groups = range(len(self.population))
        susceptible = [people - 10 for people in self.population]
        exposed = [0.0 for _ in groups]
        infectious = [10.0 for _ in groups]
        history = []
        for _ in range(DAYS):
            history.append(list(infectious))
            for group in groups:
                met = self.contacts[group]
                pressure = sum(met[other] * infectious[other] / self.population[other] for other in groups)
                infected = min(susceptible[group], BETA * pressure * susceptible[group] / 10)
                sick, recovered = exposed[group] / LATENT_DAYS, infectious[group] / INFECTIOUS_DAYS
                susceptible[group] -= infected
                exposed[group] += infected - sick
                infectious[group] += sick - recovered
        return history


if __name__ == "__main__":
    totals = [sum(day) for day in SEIR().run()]
    peak = max(range(len(totals)), key=totals.__getitem__)
    print(f"peak: day {peak}, {totals[peak]:.1f} infectious")
