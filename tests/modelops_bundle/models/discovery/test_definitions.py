"""Models and targets, found by reading.

Each defect of the earlier tool's discovery has a test here: it looked for the text `BaseModel` in the names of
bases, in one file, and at the outputs of the class alone.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from modelops_bundle.errors import NotFound
from modelops_bundle.models.discovery.definitions import (
    FoundModel,
    NoSuchClass,
    class_names,
    find_class,
    find_models,
    find_targets,
)
from modelops_bundle.source.facts import Parameter
from tests.modelops_bundle.source.projects import make_project, notebook, sources_of
from tests.support.folder_sources import FolderSources
from tests.support.model_projects import write_readme_project, write_sources

PLATFORM = "from modelops_calabaria import BaseModel, model_output, model_scenario\n"


def models(root: Path, files: Mapping[str, str], path: str = "models/here.py") -> list[str]:
    write_sources(root, files)
    return [each.class_name for each in find_models(FolderSources(root), path)]


def in_file(root: Path, source: str) -> list[str]:
    return models(root, {"models/here.py": source})


def refusal(root: Path, files: Mapping[str, str], name: str, path: str = "models/here.py") -> NotFound:
    write_sources(root, files)
    with pytest.raises(NoSuchClass) as caught:
        find_class(FolderSources(root), path, name)
    return caught.value


def test_a_model_is_found_with_everything_that_the_platform_finds_on_it(tmp_path: Path) -> None:
    write_readme_project(tmp_path)
    sources = sources_of(make_project(tmp_path, {}))
    beta = Parameter("beta", 0.01, 0.2, "float", "Chance of infection per contact and day")
    dur_inf = Parameter("dur_inf", 3, 10, "int", "Days of infectiousness")
    assert find_models(sources, "models/seir.py") == (
        FoundModel(
            class_name="StarsimSIR",
            line=17,
            entrypoint="models.seir:StarsimSIR",
            scenarios=("baseline", "lockdown"),
            parameters=(beta, dur_inf),
            outputs=("incidence", "prevalence"),
        ),
    )
    assert find_models(sources, "models/rates.py") == ()
    names = ["incidence_per_replicate_target", "incidence_replicate_mean_target"]
    assert [each.name for each in find_targets(sources, "targets/incidence.py")] == names


@pytest.mark.parametrize(
    "source",
    [
        "from modelops_calabaria import BaseModel\nclass M(BaseModel): ...",
        "from modelops_calabaria import BaseModel as B\nclass M(B): ...",
        "import modelops_calabaria as cb\nclass M(cb.BaseModel): ...",
        "import modelops_calabaria.base_model\nclass M(modelops_calabaria.base_model.BaseModel): ...",
        "from calabaria import BaseModel\nclass M(BaseModel): ...",
        "from modelops_calabaria import *\nclass M(BaseModel): ...",
        "from modelops_calabaria import BaseModel\nBase = BaseModel\nclass M(Base): ...",
        "from modelops_calabaria import BaseModel\nclass M(BaseModel[int]): ...",
        "from modelops_calabaria import BaseModel\nclass M(Mixin, BaseModel): ...",
        f"try:\n    {PLATFORM}except ImportError:\n    BaseModel = object\nclass M(BaseModel): ...",
        "from modelops_calabaria import BaseModel\nif x:\n    class M(BaseModel): ...",
        "import starsim as ss\nclass M(ss.Sim): ...",
        "import starsim\nclass M(starsim.SIR): ...",
        "from starsim import Module\nclass M(Module): ...",
        "from starsim import *\nclass M(Disease): ...",
        "from numpy import *\nfrom starsim import *\nfrom scipy import *\nclass M(RandomNet): ...",
    ],
)
def test_a_model_derives_from_a_framework_under_whatever_name(tmp_path: Path, source: str) -> None:
    assert in_file(tmp_path, source) == ["M"]


@pytest.mark.parametrize(
    "source",
    [
        "import pydantic\nclass M(pydantic.BaseModel): ...",
        "from pydantic import BaseModel\nclass M(BaseModel): ...",
        "from pydantic import BaseModel as B\nclass M(B): ...",
        "from modelops_calabaria import *\nfrom pydantic import BaseModel\nclass M(BaseModel): ...",
        "class MyBaseModelThing: ...\nclass M(MyBaseModelThing): ...",
        "class BaseModel: ...\nclass M(BaseModel): ...",
        "class M(BaseModel): ...",
        "import starsim as ss\nclass M(ss.Pars): ...\nclass D(ss.bernoulli): ...\nclass R(ss.Results): ...",
        "class M: ...",
        "# class M(BaseModel): ...",
        "M = make(BaseModel)",
    ],
)
def test_other_classes_are_no_models(tmp_path: Path, source: str) -> None:
    assert in_file(tmp_path, source) == []


def test_a_model_may_inherit_through_other_files(tmp_path: Path) -> None:
    files = {
        "models/__init__.py": "from .base import Base as Shared",
        "models/base.py": f"{PLATFORM}class Base(BaseModel): ...",
        "models/middle.py": "from models import Shared\nclass Middle(Shared): ...",
        "models/here.py": "from .middle import *\nfrom . import middle as m\nclass A(Middle): ...\n"
        "class B(m.Middle): ...",
    }
    assert models(tmp_path, files) == ["A", "B"]


def test_classes_that_are_imported_are_not_those_of_the_file(tmp_path: Path) -> None:
    files = {"models/base.py": f"{PLATFORM}class Base(BaseModel): ...", "models/here.py": "from .base import Base"}
    assert models(tmp_path, files) == []
    assert models(tmp_path, files, "models/base.py") == ["Base"]


def test_classes_that_no_entry_point_reaches_are_not_found(tmp_path: Path) -> None:
    source = (
        f"{PLATFORM}def make():\n    class Local(BaseModel): ...\nclass Outer:\n    class Inner(BaseModel): ..."
    )
    assert in_file(tmp_path, source) == []
    assert class_names(FolderSources(tmp_path), "models/here.py") == ("Outer",)


def test_abstract_classes_are_found_by_name_only(tmp_path: Path) -> None:
    source = f"""
{PLATFORM}
from abc import abstractmethod
class Common(BaseModel):
    @abstractmethod
    def matrix(self): ...
class Seir(Common):
    def matrix(self): ...
"""
    assert in_file(tmp_path, source) == ["Seir"]
    assert find_class(FolderSources(tmp_path), "models/here.py", "Common").class_name == "Common"


def test_any_class_is_found_by_name(tmp_path: Path) -> None:
    write_sources(tmp_path, {"models/here.py": "import pydantic\nclass A: ...\nclass B(pydantic.BaseModel): ..."})
    sources = FolderSources(tmp_path)
    found = find_class(sources, "models/here.py", "A")
    assert found == FoundModel("A", 2, "models.here:A", ("baseline",), (), ())
    assert find_class(sources, "models/here.py", "B").class_name == "B"


def test_entry_points_have_no_src(tmp_path: Path) -> None:
    write_sources(tmp_path, {"src/models/here.py": f"{PLATFORM}class M(BaseModel): ..."})
    (found,) = find_models(FolderSources(tmp_path), "src/models/here.py")
    assert found.entrypoint == "models.here:M"


def found_in(root: Path, files: Mapping[str, str], name: str = "M") -> FoundModel:
    write_sources(root, files)
    return find_class(FolderSources(root), "models/here.py", name)


def method(decorator: str, name: str = "f") -> str:
    return f"    @{decorator}\n    def {name}(self, raw, seed): ...\n"


def test_outputs_and_scenarios_are_inherited_across_files(tmp_path: Path) -> None:
    files = {
        "models/base.py": f"{PLATFORM}class Base(BaseModel):\n"
        + method("model_output('incidence')")
        + method("model_scenario('lockdown')", "g"),
        "models/mixin.py": f"{PLATFORM}class Mixin:\n" + method("model_output('deaths')"),
        "models/here.py": f"{PLATFORM}from .base import Base\nfrom .mixin import Mixin\nclass M(Mixin, Base):\n"
        + method("model_output('prevalence')")
        + method("model_scenario('vaccination')", "g"),
    }
    found = found_in(tmp_path, files)
    assert found.outputs == ("incidence", "deaths", "prevalence")
    assert found.scenarios == ("baseline", "lockdown", "vaccination")


def test_an_override_takes_no_output_away(tmp_path: Path) -> None:
    # The platform keeps the names that a base registered, and calls what the subclass has of that name.
    base = f"{PLATFORM}class Base(BaseModel):\n" + method("model_output('a')")
    source = f"{base}class M(Base):\n    def f(self, raw, seed): ...\n"
    assert found_in(tmp_path, {"models/here.py": source}).outputs == ("a",)


def test_the_same_name_is_listed_once_and_baseline_first(tmp_path: Path) -> None:
    body = method("model_scenario('lockdown')") + method("model_scenario('baseline')", "g")
    source = f"{PLATFORM}class Base(BaseModel):\n{body}class M(Base):\n{body}"
    assert found_in(tmp_path, {"models/here.py": source}).scenarios == ("baseline", "lockdown")


def test_decorators_are_followed_into_other_files(tmp_path: Path) -> None:
    compat = """
    import modelops_calabaria as cb
    from modelops_calabaria import calibration_target as fits
    exposed = cb.model_output
    what_if = cb.model_scenario
    def other(name): ...
    """
    here = "from .compat import exposed, what_if as scenario, other, fits\nclass M:\n"
    here += method("exposed('incidence')") + method("scenario('lockdown')", "g") + method("other('x')", "h")
    here += "@fits(model_output='incidence')\ndef target(paths): ...\n@other(data=1)\ndef none(paths): ...\n"
    found = found_in(tmp_path, {"models/compat.py": compat, "models/here.py": here})
    assert (found.outputs, found.scenarios) == (("incidence",), ("baseline", "lockdown"))
    targets = find_targets(FolderSources(tmp_path), "models/here.py")
    assert [each.function for each in targets] == ["target"]


def test_decorators_are_followed_through_star_imports(tmp_path: Path) -> None:
    here = "from .compat import *\nclass M:\n" + method("exposed('incidence')") + method("property", "g")
    files = {"models/compat.py": "from calabaria import model_output as exposed", "models/here.py": here}
    assert found_in(tmp_path, files).outputs == ("incidence",)


def test_a_class_that_is_not_there_is_refused_with_what_is(tmp_path: Path) -> None:
    error = refusal(tmp_path, {"models/here.py": "class StarsimSIR: ...\nclass NetworkSEIR: ..."}, "StarsimSir")
    assert error.exit_code == 1
    assert error.message == "no class 'StarsimSir' in 'models/here.py'"
    assert error.hint == ("did you mean 'StarsimSIR'? 'models/here.py' defines 'StarsimSIR', 'NetworkSEIR'")


def test_a_class_that_is_near_to_none_is_refused_with_all(tmp_path: Path) -> None:
    error = refusal(tmp_path, {"models/here.py": "class A: ...\nclass B: ..."}, "StarsimSIR")
    assert error.hint == "'models/here.py' defines 'A', 'B'"
    many = "\n".join(f"class C{number}: ..." for number in range(30))
    assert refusal(tmp_path, {"models/here.py": many}, "X").hint.endswith("'C9' and 20 more")
    assert "defines no class" in refusal(tmp_path, {"models/here.py": "x = 1"}, "X").hint


def test_a_class_that_is_imported_is_refused_with_where_it_is(tmp_path: Path) -> None:
    files = {"models/base.py": "class Base: ...", "models/here.py": "from .base import Base as B"}
    hint = "it is imported: modelops-bundle register-model models/base.py --class Base"
    assert refusal(tmp_path, files, "B").hint == hint


@pytest.mark.parametrize(
    ("name", "where"),
    [("make.<locals>.Local", "'make'"), ("Outer.Inner", "'Outer'"), ("Outer.Inner.Deep", "'Outer.Inner'")],
)
def test_a_class_that_no_entry_point_reaches_is_refused(tmp_path: Path, name: str, where: str) -> None:
    source = "def make():\n    class Local: ...\nclass Outer:\n    class Inner:\n        class Deep: ..."
    error = refusal(tmp_path, {"models/here.py": source}, name)
    assert f"stands inside {where}," in error.message
    assert error.hint == "move it to the top level of a .py file"


def test_a_class_in_a_notebook_is_refused(tmp_path: Path) -> None:
    files = {"models/here.ipynb": notebook(f"{PLATFORM}class M(BaseModel): ...")}
    assert "stands inside a notebook," in refusal(tmp_path, files, "M", "models/here.ipynb").message
    assert models(tmp_path, files, "models/here.ipynb") == []


def test_a_file_that_cannot_be_parsed_has_no_models(tmp_path: Path) -> None:
    assert in_file(tmp_path, "class M(BaseModel:") == []
    sources = FolderSources(tmp_path)
    assert class_names(sources, "models/here.py") == ()
    assert find_targets(sources, "models/here.py") == ()
    with pytest.raises(NoSuchClass):
        find_class(sources, "models/here.py", "M")


def test_nothing_of_the_project_is_imported(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    source = f"open({str(trace)!r}, 'w')\nraise SystemExit(9)\n{PLATFORM}class M(BaseModel): ..."
    assert in_file(tmp_path, source) == ["M"]
    assert not trace.exists()
