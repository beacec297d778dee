"""The classes that models derive from: the platform's `BaseModel`, and the parts of a Starsim simulation."""

from modelops_bundle.source.dotted_names import last_part

PLATFORM = frozenset({"modelops_calabaria", "calabaria", "modelops", "modelops_contracts"})
"""The platform's packages."""
_STARSIM = frozenset({"starsim", "starsim_examples"})

_STARSIM_CLASSES = frozenset(
    (
        *("Sim", "Module", "Plugin"),
        *("Disease", "Infection", "NCD", "SIR", "SEIR", "SIS"),
        *("Cholera", "Ebola", "Gonorrhea", "HIV", "Measles", "Syphilis"),
        *("CongenitalDisease", "FetalHealth", "NeonatalSepsis"),
        *("Route", "Network", "DynamicNetwork", "SexualNetwork", "MixingPool", "MixingPools"),
        *("StaticNet", "RandomNet", "RandomExactNet", "RandomSafeNet", "ClusterNet", "HybridNet"),
        *("MFNet", "MSMNet", "PrenatalNet", "MaternalNet", "PostnatalNet", "BreastfeedingNet"),
        *("DiskNet", "EmbeddingNet", "ErdosRenyiNet", "HouseholdNet", "NullNet"),
        *("HouseholdDHSNet", "EvolvingHouseholdDHSNet"),
        *("Demographics", "Births", "Deaths", "Pregnancy"),
        *("Intervention", "RoutineDelivery", "CampaignDelivery"),
        *("BaseTest", "BaseScreening", "BaseTriage", "BaseTreatment", "BaseVaccination"),
        *("routine_screening", "campaign_screening", "routine_triage", "campaign_triage"),
        *("routine_vx", "campaign_vx", "treat_num", "treat_pregnant", "sir_vaccine"),
        *("syph_screening", "syph_treatment", "ART"),
        *("Product", "Dx", "Tx", "Vx", "simple_vx"),
        *("Analyzer", "CD4_analyzer", "dynamics_by_age", "infection_log"),
        *("Connector", "fetal_infection", "seasonality"),
    )
)
"""Everything that versions 1.0 to 3.7 derive from `Sim` and `Module`; not parameters, distributions, results."""


def is_framework_class(dotted: str) -> bool:
    """Tell whether what derives from a class, given by its full dotted name, is a model."""
    top, name = dotted.partition(".")[0], last_part(dotted)
    return (top in PLATFORM and name == "BaseModel") or (top in _STARSIM and name in _STARSIM_CLASSES)
