"""What the three metrics here tell the `evaluate` library about themselves: texts go in.

A prediction is a text, its reference a text or a list of them. Left out: what each computes, which
is in the file of its name.
"""

import datasets
import evaluate


def info(description: str, citation: str) -> evaluate.MetricInfo:
    """Metric information for (text, text) and for (text, list of texts)."""
    text = datasets.Value("string")
    return evaluate.MetricInfo(
        description=description,
        citation=citation,
        features=[
            datasets.Features({"predictions": text, "references": datasets.List(text)}),
            datasets.Features({"predictions": text, "references": text}),
        ],
    )
