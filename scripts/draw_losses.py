#!/usr/bin/python3
"""Draws docs/losses/*.svg, the figures of docs/losses.md, from docs/losses/curves.json: each loss and its gradient.

usage: build/release/tests/docs/loss_curves > docs/losses/curves.json && scripts/draw_losses.py
needs Debian's python3-matplotlib (3.6)
"""
import json
import math
import pathlib

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot, ticker  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "docs" / "losses"
STYLES = [("#0072b2", "-"), ("#d55e00", "--"), ("#009e73", "-."), ("#9a3f86", (0, (6, 1, 1, 1, 1, 1))), ("#000000", ":")]

pyplot.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "minnow", "font.size": 10, "axes.grid": True, "grid.color": "#dddddd",
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#666666", "lines.linewidth": 1.8,
})


def draw(figure):
    """Draws the loss on the left and its gradient on the right, over the same x axis."""
    columns = 4 if len(figure["curves"]) == 4 else 3
    rows = math.ceil(len(figure["curves"]) / columns)
    canvas, panels = pyplot.subplots(1, 2, figsize=(8.4, 3.1 + 0.2 * rows))
    for panel, key, label in zip(panels, ("loss", "gradient"), ("loss L", figure["gradient_label"])):
        for curve, (color, line) in zip(figure["curves"], STYLES):
            panel.plot(figure["x"], curve[key], color=color, linestyle=line, label=curve["label"])
        panel.update_datalim([(figure["x"][0], 0)])  # both panels include 0
        panel.xaxis.set_major_locator(ticker.MaxNLocator(7, steps=[1, 2, 3, 5, 10]))
        panel.set(xlabel=figure["x_label"], ylabel=label)
    canvas.suptitle(figure["name"], fontweight="bold", y=0.98)
    canvas.legend(*panels[0].get_legend_handles_labels(), loc="upper center", bbox_to_anchor=(0.5, 0.94), ncol=columns,
                  frameon=False, handlelength=3)
    canvas.tight_layout(rect=(0, 0, 1, 1 - 0.12 * rows ** 0.5), w_pad=2)
    canvas.savefig(FOLDER / f"{figure['name']}.svg", facecolor="white", metadata={"Date": None, "Creator": None})
    pyplot.close(canvas)


if __name__ == "__main__":
    for entry in json.loads((FOLDER / "curves.json").read_text()):
        draw(entry)
