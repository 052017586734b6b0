"""Parts whose names and modules are loaded when they are first used.

A part's `__init__` writes its contract below `if TYPE_CHECKING:`, where people, editors and type
checkers read it, and calls `load_when_used(__name__)`. From then on a name of the contract loads
the module it comes from when somebody asks for it, and `from workbook.lora import charts` gives a
stand-in that imports the module when something is first asked of it. Python 3.15 has `lazy import`
for this (PEP 810). Left out: other packages, such as torch, which are imported inside functions.
"""

from __future__ import annotations

import ast
import importlib.util
import pkgutil
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

# What a stand-in knows by itself; asking for anything else imports the module.
KNOWN = {"__class__", "__file__", "__loader__", "__name__", "__package__", "__spec__"}


def load_when_used(part: str) -> None:
    """Make a package load its contract and its modules when they are asked for."""
    sys.modules[part].__class__ = Part


class Part(ModuleType):
    """A package that loads what it is asked for."""

    def __getattr__(self, name: str) -> Any:
        """Return a name of the contract or a module of the folder, and keep it."""
        if not name.startswith("__"):
            home = _contract(self.__name__).get(name)
            own = f"{self.__name__}.{name}"
            value = getattr(_imported(home), name) if home else _module(own)
            if value is not None:
                return vars(self).setdefault(name, value)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a name, unless Python binds a module over a name of the contract.

        `workbook.sampling.generate` is the function, also when the module of that name is loaded.
        """
        is_own = isinstance(value, ModuleType) and value.__name__ == f"{self.__name__}.{name}"
        if not (is_own and name in vars(self).get("__all__", ())):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        own = (module.name for module in pkgutil.iter_modules(self.__path__))
        return sorted({*super().__dir__(), *_contract(self.__name__), *own})


class StandIn(ModuleType):
    """Stands for a module that is not imported yet, and hands on to it whatever it is asked.

    Python's own import runs the file, once however many threads ask. The standard library's
    `LazyLoader` runs it itself, and before Python 3.11.9 a second thread could see half of it.
    """

    def __getattribute__(self, name: str) -> Any:
        own = ModuleType.__getattribute__
        return own(self, name) if name in KNOWN else getattr(_imported(own(self, "__name__")), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_imported(self.__name__), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(_imported(self.__name__), name)


@cache
def _contract(part: str) -> dict[str, str]:
    """Return name -> module of the imports below `if TYPE_CHECKING:` in a part's `__init__`."""
    source = Path(str(sys.modules[part].__file__)).read_text(encoding="utf-8")
    blocks = (node for node in ast.parse(source).body if isinstance(node, ast.If))
    imports = (node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom))
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def _module(name: str) -> ModuleType | None:
    """Return a module by its full name, or what stands for it; None where there is none."""
    if name in sys.modules:
        return _imported(name)  # where another thread is loading it, when it is done
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is not None:  # a package is loaded at once
        return _imported(name) if spec else None
    module = importlib.util.module_from_spec(spec)
    module.__class__ = StandIn
    return module


def _imported(name: str) -> ModuleType:
    """Return a module by its full name, imported.

    Raises ImportError for an AttributeError of the file, which `hasattr` and `from ... import`
    would take for a name that the module has not got.
    """
    try:
        return importlib.import_module(name)
    except AttributeError as error:
        raise ImportError(f"{name} cannot be loaded: {error}", name=name) from error
