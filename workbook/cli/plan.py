"""`workbook plan`: how much memory a model takes to train or to serve, before anything is loaded.

The sums are in `workbook.quantization.planner`; lesson 05 explains each line of the table.
Left out: whether this machine has so much, which `workbook doctor` says.
"""

from __future__ import annotations

from typing import Annotated, cast

import typer


def plan(
    model: Annotated[str, typer.Argument(help="Such as llama-2-7b, or a folder with config.json.")],
    train: Annotated[str, typer.Option(help="full, lora or qlora; serving when absent.")] = "",
    dtype: Annotated[str, typer.Option(help="Of training: fp32, bf16, fp16.")] = "bf16",
    weights: Annotated[str, typer.Option(help="Of serving: bf16, int8, int4, nf4 ...")] = "bf16",
    cache: Annotated[str, typer.Option(help="Of keys and values: bf16, int8, int4 ...")] = "bf16",
    batch_size: Annotated[int, typer.Option(help="Texts at once, on each device.")] = 1,
    seq_len: Annotated[int, typer.Option(help="Tokens of a text.")] = 1024,
    rank: Annotated[int, typer.Option(help="Of the adapters.")] = 16,
    zero: Annotated[int, typer.Option(help="Stage of ZeRO, 0 to 3.")] = 0,
    devices: Annotated[int, typer.Option(help="That share the work.")] = 1,
    recompute: Annotated[bool, typer.Option(help="Compute activations twice.")] = False,
) -> None:
    """Print the memory that a model takes, part by part, in GB (10^9 bytes) or MB (10^6)."""
    from rich.console import Console
    from rich.table import Table

    from workbook.quantization import planner

    spec = planner.spec_of(model)
    if train:
        how, stage = cast(planner.How, train), cast(planner.Zero, zero)
        planned = planner.plan_training(
            spec, dtype, batch_size, seq_len, how, rank, stage, devices, recompute
        )
    else:
        planned = planner.plan_serving(spec, weights, batch_size, seq_len, cache)
    table = Table(title=planned.title, title_justify="left")
    table.add_column("")
    unit, factor = ("GB", 1) if planned.total >= planner.GB else ("MB", 1000)
    table.add_column(unit, justify="right")
    for name, size in planned.gigabytes().items():
        table.add_row(name, f"{factor * size:,.2f}")
    Console().print(table)
