"""Where a live explorer draws: an output area that holds one plain figure, drawn anew each time.

Not plotly's FigureWidget: it sends 5 MB of script for every figure, and anywidget gives a script
two seconds to start, after which the figure stays empty for good; on a busy machine or on Binder
that is what a reader would see. Nor can anything of an old figure stay behind here. Left out: what
is drawn and when, which is `workbook.core.notebook.explorer`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from workbook.core.notebook import figures

if TYPE_CHECKING:
    import plotly.graph_objects as go


class Canvas:
    """The place of one figure. `widget` is shown; `figure` is what it shows."""

    def __init__(self, figure: go.Figure) -> None:
        import ipywidgets

        if "google.colab" in sys.modules:
            _enable_colab_widgets()
        self.widget = ipywidgets.Output()
        self.update(figure)

    def update(self, figure: go.Figure) -> None:
        """Draws `figure`, which has its alt text in `layout.meta["alt"]`."""
        data, metadata = figures.mimebundle(figure, figure.layout.meta["alt"])
        self.figure = figure
        self.widget.outputs = ({"output_type": "display_data", "data": data, "metadata": metadata},)


def _enable_colab_widgets() -> None:
    """Asks Colab for third-party widgets; a Colab without the call is no reason to stop."""
    try:
        from google.colab import output

        output.enable_custom_widget_manager()
    except (ImportError, AttributeError):
        return
