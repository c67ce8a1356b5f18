"""Draws what `step --growth --json` says: growth_chart.py FILE.jsonl CHART.svg writes the chart and prints the table as Markdown.

Three panels, for batch, width and layers, with the ratio peer / wick up; both axes are logarithmic, and 1 is level.
"""
import json
import math
import sys

PANEL, GAP, TOP, HEIGHT, LEFT = 230, 50, 40, 200, 50
COLOURS = {"torch": "#d55e00", "jax": "#0072b2"}  # two of Okabe and Ito's (2008)
AXES = (("batch", lambda r: r["batch"]), ("width", lambda r: r["sizes"][0]), ("layers", lambda r: r["sizes"][1]))
BASE = (64, 256, 4)


def form_of(row):
    return tuple(of(row) for _, of in AXES)


def along(rows, axis):
    """Rows that differ from the base in this axis at most, in order."""
    same = [r for r in rows if all(n == b for i, (n, b) in enumerate(zip(form_of(r), BASE)) if i != axis)]
    return sorted(same, key=lambda r: form_of(r)[axis])


class Panel:
    def __init__(self, left, rows, axis, low, high):
        self.left, self.axis, self.low, self.high = left, axis, low, high
        self.rows = along(rows, axis)
        places = [math.log(form_of(r)[axis]) for r in self.rows]
        self.first, self.span = min(places), (max(places) - min(places)) or 1

    def x(self, row):
        return self.left + PANEL * (math.log(form_of(row)[self.axis]) - self.first) / self.span

    def y(self, ratio):
        return TOP + HEIGHT * (1 - (math.log(ratio) - self.low) / (self.high - self.low))

    def draw(self):
        name = AXES[self.axis][0]
        yield text(self.left + PANEL / 2, TOP - 16, f"{name} (others: {others(self.axis)})", "middle")
        for tick in (t for t in (0.5, 1, 2, 5, 10, 20, 50) if self.low <= math.log(t) <= self.high):
            y = self.y(tick)
            yield f'<path d="M{self.left} {y:.1f}h{PANEL}" stroke="{"#555" if tick == 1 else "#ddd"}"/>'
            yield text(self.left - 6, y + 4, f"{tick:g}", "end")
        for row in {form_of(r): r for r in self.rows}.values():
            yield text(self.x(row), TOP + HEIGHT + 16, f"{form_of(row)[self.axis]}", "middle")
        for peer in peers(self.rows):
            mine = [r for r in self.rows if peer_of(r) == peer]
            points = " ".join(f"{self.x(r):.1f},{self.y(r['best_ratio']):.1f}" for r in mine)
            yield f'<polyline points="{points}" fill="none" stroke="{COLOURS[peer]}" stroke-width="2"/>'
            for r in mine:
                yield f'<circle cx="{self.x(r):.1f}" cy="{self.y(r["best_ratio"]):.1f}" r="3" fill="{COLOURS[peer]}"/>'


def others(axis):
    return ", ".join(f"{name} {BASE[i]}" for i, (name, _) in enumerate(AXES) if i != axis)


def peer_of(row):
    return row["peer"].split()[0]


def peers(rows):
    return sorted({peer_of(r) for r in rows}, reverse=True)


def text(x, y, words, anchor, colour="#333"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def chart(rows):
    logs = [math.log(r["best_ratio"]) for r in rows] + [0]
    low, high = min(logs) - 0.15, max(logs) + 0.15
    width = LEFT + 3 * PANEL + 2 * GAP + 20
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP + HEIGHT + 50}" font-family="sans-serif" font-size="11">'
    yield f'<rect width="{width}" height="{TOP + HEIGHT + 50}" fill="#fff"/>'
    for axis in range(len(AXES)):
        yield from Panel(LEFT + axis * (PANEL + GAP), rows, axis, low, high).draw()
    for i, peer in enumerate(peers(rows)):
        yield text(LEFT + 110 * i, TOP + HEIGHT + 38, f"{peer} / wick", "start", COLOURS[peer])
    yield "</svg>"


def table(rows):
    names = peers(rows)
    yield "| batch, width, layers | wick, us | " + " | ".join(f"{name} / wick" for name in names) + " |"
    yield "| --- | --- |" + " --- |" * len(names)
    forms = dict.fromkeys(form_of(r) for axis in range(len(AXES)) for r in along(rows, axis))
    for form in forms:
        of = {peer_of(r): r for r in rows if form_of(r) == form}
        ratios = " | ".join(f"{of[name]['best_ratio']:.2f}" if name in of else "" for name in names)
        yield f"| {', '.join(map(str, form))} | {next(iter(of.values()))['wick_us']:,.0f} | {ratios} |"


def main(source, target):
    with open(source) as file:
        rows = [json.loads(line) for line in file]
    with open(target, "w") as file:
        file.write("\n".join(chart(rows)) + "\n")
    print("\n".join(table(rows)))


if __name__ == "__main__":
    main(*sys.argv[1:])
