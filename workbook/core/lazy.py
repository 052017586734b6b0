"""Parts whose names and modules are loaded when they are first used.

A part's `__init__` writes its contract below `if TYPE_CHECKING:`, where people, editors and type
checkers read it, and calls `load_when_used(__name__)`. From then on a name of the contract loads
the module it comes from when somebody asks for it, and `from workbook.lora import charts` gives a
module whose file runs when something is first asked of it. Python 3.15 has `lazy import` for this
(PEP 810). Left out: other packages, such as torch, which are imported inside functions.
"""

from __future__ import annotations

import ast
import importlib.util
import pkgutil
import sys
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

# What is known of a module before its file has run; asking for anything else runs it.
KNOWN = {"__class__", "__file__", "__loader__", "__name__", "__package__", "__path__", "__spec__"}


def load_when_used(part: str) -> None:
    """Make a package load its contract and its modules when they are asked for."""
    sys.modules[part].__class__ = Part


class Part(ModuleType):
    """A package that loads what it is asked for."""

    def __getattr__(self, name: str) -> Any:
        """Return a name of the contract or a module of the folder, and keep it."""
        home = None if name.startswith("__") else _contract(self.__name__).get(name)
        module = _module(home or f"{self.__name__}.{name}")
        if module is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(module, name) if home else module
        vars(self)[name] = value
        return value

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


@cache
def _contract(part: str) -> dict[str, str]:
    """Return name -> module of the imports below `if TYPE_CHECKING:` in a part's `__init__`."""
    source = Path(str(sys.modules[part].__file__)).read_text(encoding="utf-8")
    blocks = (node for node in ast.parse(source).body if isinstance(node, ast.If))
    imports = (node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom))
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def _module(name: str) -> ModuleType | None:
    """Return a module by its full name, loaded or waiting to be used; None where there is none."""
    if name in sys.modules:
        return importlib.import_module(name)  # where another thread is loading it, when it is done
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is not None:  # a package is loaded at once
        return importlib.import_module(name) if spec else None
    spec.loader_state = Turn(threading.RLock())
    module = importlib.util.module_from_spec(spec)
    module.__class__ = Waiting
    return sys.modules.setdefault(name, module)


@dataclass
class Turn:
    """Whose turn it is to run a file: the thread that holds the lock."""

    lock: threading.RLock
    running: bool = False


class Waiting(ModuleType):
    """A module that runs its file when something is first asked of it, and is plain from then on.

    The standard library's `LazyLoader` does the same, but under Python 3.11 a second thread can see
    the module half run.
    """

    def __getattribute__(self, name: str) -> Any:
        if name not in KNOWN:
            _run(self)
        return ModuleType.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _run(self)
        ModuleType.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        _run(self)
        ModuleType.__delattr__(self, name)


def _run(module: ModuleType) -> None:
    """Run the file of a waiting module once; other threads wait until it has run to its end.

    After an error the module waits again. Raises ImportError for an AttributeError of the file,
    which `hasattr` and `from ... import` would take for a name that the module has not got.
    """
    spec: Any = module.__spec__
    turn = spec.loader_state
    with turn.lock:
        if turn.running or type(module) is not Waiting:  # the file itself asks, or it has run
            return
        names = ModuleType.__getattribute__(module, "__dict__")
        before, turn.running = dict(names), True
        try:
            if sys.modules.get(spec.name) is module:
                spec.loader.exec_module(module)
            else:  # taken away, or imported by another thread in the moment it was made
                other = vars(importlib.import_module(spec.name))
                names.update({name: other[name] for name in other if name not in KNOWN})
            ModuleType.__setattr__(module, "__class__", ModuleType)
        except AttributeError as error:
            raise ImportError(f"{spec.name} cannot be loaded: {error}", name=spec.name) from error
        finally:
            turn.running = False
            if type(module) is Waiting:
                for name in names.keys() - before.keys():
                    del names[name]
                names.update(before)
