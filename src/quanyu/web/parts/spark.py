"""A sparkline: the shape of a series without axes, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, PAD = 180, 34, 3


def spark(values: Sequence[float | None]) -> Markup:
    """Return the line through the values that are there; nothing for fewer than two.

    >>> 'polyline' in spark([1, 2, 3])
    True
    """
    points = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(points) < 2:
        return Markup("")
    low, high = min(value for _, value in points), max(value for _, value in points)
    step, scale = (WIDTH - 2 * PAD) / (len(values) - 1), (HEIGHT - 2 * PAD) / ((high - low) or 1)
    drawn = [(PAD + place * step, HEIGHT - PAD - (value - low) * scale) for place, value in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn)
    area = f"{drawn[0][0]:.1f},{HEIGHT} {line} {drawn[-1][0]:.1f},{HEIGHT}"
    return Markup(
        '<svg viewBox="0 0 {0} {1}" width="100%" height="{1}" preserveAspectRatio="none" aria-hidden="true">'
        '<polygon points="{2}" fill="var(--accent-soft)"/>'
        '<polyline points="{3}" fill="none" stroke="var(--accent)" stroke-width="1.5"'
        ' vector-effect="non-scaling-stroke" stroke-linejoin="round"/></svg>'
    ).format(WIDTH, HEIGHT, area, line)
