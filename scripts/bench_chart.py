"""The chart of docs/benchmarks.md: bars of the strongest peer's time relative to Minnow's, as SVG text."""
import html
import math

MINNOW, PEER, TEXT, FAINT, GRID = "#0072b2", "#a9b4bd", "#1b1f23", "#57606a", "#dde1e5"
LEFT, PANEL, GAP, MARGIN = 172, 340, 20, 16  # widths: net names, a panel, between panels, at the border
BARS = 200  # width of the longest bar; the rest of a panel is for its label
TOP, ROW, BAR, HEADING, BOTTOM = 92, 42, 14, 26, 40  # heights


def text(x, y, content, size=12, color=TEXT, anchor="start", weight="normal"):
    """A white outline keeps the text readable where it crosses a grid line."""
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}" text-anchor="{anchor}" font-weight="{weight}" '
            f'stroke="#ffffff" stroke-width="4" paint-order="stroke">{html.escape(content)}</text>')


def rectangle(x, y, width, height, color):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}"/>'


def legend(y):
    parts, x = [], LEFT
    for color, label, width in ((MINNOW, "Minnow", 90), (PEER, "strongest peer", 130)):
        parts += [rectangle(x, y - 10, 12, 12, color), text(x + 18, y, label)]
        x += width
    return parts


def axis(x, unit, most, bottom):
    """Returns grid lines at whole multiples of Minnow's time."""
    parts = []
    for tick in range(0, int(most) + 1, math.ceil(most / 8)):
        at = x + tick * unit
        parts.append(f'<path d="M{at:.1f} {TOP - 2}V{bottom}" stroke="{GRID}"/>')
        parts.append(text(at, bottom + 15, f"{tick}×" if tick else "0", 11, FAINT, "middle"))
    return parts


def bars(x, y, unit, row):
    """Returns two bars and their labels. The peer's bar is left out if no peer was measured."""
    parts = [rectangle(x, y, unit, BAR, MINNOW), text(x + unit + 6, y + 11, f"{row['minnow_ms']} ms")]
    if row["peer"]:
        end = x + row["peer_ratio"] * unit
        label = f"{row['peer']}: {row['peer_ms']} ms"
        parts += [rectangle(x, y + BAR + 2, end - x, BAR, PEER), text(end + 6, y + BAR + 13, label)]
    return parts


def draw(panels, sections):
    """Returns the SVG. panels: {title: {net: row}}; sections: {heading: nets}, one line of bars for each net."""
    rows = [row for panel in panels.values() for row in panel.values()]
    most = max([1.0] + [row["peer_ratio"] for row in rows if row["peer"]])
    unit = BARS / most
    bottom = TOP + sum(HEADING + ROW * len(nets) for nets in sections.values())
    width, height = LEFT + len(panels) * (PANEL + GAP), bottom + BOTTOM
    parts = [rectangle(0, 0, width, height, "#ffffff"),
             text(MARGIN, 28, "Time of a training step, relative to Minnow (a shorter bar is faster)", 16, weight="bold")]
    parts += legend(54)
    for number, (title, panel) in enumerate(panels.items()):
        x, y = LEFT + number * (PANEL + GAP), TOP
        parts += [text(x, TOP - 10, title, 13, weight="bold"), *axis(x, unit, most, bottom)]
        for heading, nets in sections.items():
            if number == 0:
                parts.append(text(MARGIN, y + 17, heading, 12, FAINT, weight="bold"))
            y += HEADING
            for net in nets:
                if number == 0:
                    parts.append(text(MARGIN, y + BAR + 5, net))
                if net in panel:
                    parts += bars(x, y, unit, panel[net])
                y += ROW
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
            'font-family="Helvetica, Arial, \'Liberation Sans\', \'DejaVu Sans\', sans-serif">')
    return "\n".join([head, "<title>Time of a training step of Minnow and of the strongest peer</title>", *parts, "</svg>", ""])
