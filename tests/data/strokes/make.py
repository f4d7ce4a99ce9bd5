#!/usr/bin/python3
"""Makes strokes.json: digits as people draw them on the page's drawing surface.

    tests/data/strokes/make.py           writes strokes.json beside this file
    tests/data/strokes/make.py --check   makes it afresh and compares

Every digit has several forms that people write (a 1 with and without its flag and foot, a 7 with
and without its bar, an open and a closed 4, …), each a few guiding points in a unit square. For a
drawing, the points are jittered, joined by a smooth curve, slanted, turned, stretched, scaled,
placed, shaken a little, and sampled unevenly, as a hand's changing speed does. The forms were
settled by looking at them, not at what any network says of them.

Needs nothing but Python. Random numbers come from SplitMix64, so that every version of Python gives
the same file.
"""

import json
import math
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SURFACE = 280  # pixels, width and height
EACH = 30  # drawings of every digit
SEED = 1


class Random:
    def __init__(self, seed):
        self.state = seed

    def bits(self):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    def between(self, low, high):
        return low + (high - low) * (self.bits() >> 11) / (1 << 53)

    def about(self, middle, spread):
        """Bell-shaped, and never further than three spreads away."""
        return middle + spread * sum(self.between(-1, 1) for _ in range(3))


# A form is a list of strokes, a stroke a list of points: x to the right, y down, the digit in
# 0 … 1. A point with a third entry is a corner; the curve is smooth everywhere else.
C = "corner"
FORMS = {
    0: [
        # round, from the top, against the clock
        [[(0.55, 0), (0.25, 0.08), (0.08, 0.35), (0.08, 0.68), (0.28, 0.95), (0.58, 0.98),
          (0.85, 0.75), (0.88, 0.38), (0.7, 0.08), (0.5, 0.01)]],
        # slim
        [[(0.55, 0), (0.35, 0.12), (0.26, 0.4), (0.28, 0.75), (0.45, 1), (0.64, 0.88),
          (0.73, 0.55), (0.7, 0.2), (0.55, 0.01)]],
        # with the clock, its end crossing its beginning
        [[(0.3, 0.08), (0.6, 0.0), (0.85, 0.2), (0.88, 0.6), (0.68, 0.95), (0.38, 0.98),
          (0.15, 0.72), (0.14, 0.35), (0.35, 0.06), (0.62, 0.07)]],
    ],
    1: [
        [[(0.5, 0), (0.5, 0.5), (0.5, 1)]],
        [[(0.27, 0.27), (0.4, 0.14), (0.53, 0, C), (0.53, 0.5), (0.53, 1)]],
        [[(0.28, 0.24), (0.42, 0.13), (0.53, 0, C), (0.53, 0.5), (0.53, 1)],
         [(0.27, 1), (0.5, 0.99), (0.78, 1)]],
        [[(0.62, 0), (0.5, 0.5), (0.4, 1)]],
    ],
    2: [
        # a plain foot
        [[(0.16, 0.25), (0.28, 0.06), (0.52, 0), (0.76, 0.12), (0.76, 0.36), (0.52, 0.68),
          (0.12, 0.99, C), (0.5, 0.98), (0.88, 0.98)]],
        # a loop at the foot
        [[(0.18, 0.2), (0.36, 0.03), (0.6, 0.02), (0.78, 0.2), (0.68, 0.5), (0.42, 0.84),
          (0.18, 0.97), (0.1, 0.86), (0.25, 0.79), (0.5, 0.9), (0.72, 1), (0.92, 0.9)]],
        # a swung foot
        [[(0.2, 0.16), (0.45, 0), (0.7, 0.08), (0.74, 0.32), (0.48, 0.66), (0.14, 0.95, C),
          (0.36, 0.88), (0.62, 0.97), (0.9, 0.92)]],
    ],
    3: [
        # two bows
        [[(0.18, 0.12), (0.42, 0), (0.7, 0.08), (0.72, 0.3), (0.4, 0.47, C), (0.7, 0.53),
          (0.83, 0.74), (0.66, 0.96), (0.38, 1), (0.14, 0.88)]],
        # a flat top
        [[(0.17, 0.02, C), (0.5, 0.01), (0.8, 0.02, C), (0.6, 0.2), (0.42, 0.38, C),
          (0.7, 0.45), (0.84, 0.68), (0.66, 0.95), (0.36, 1), (0.14, 0.88)]],
        # a small loop in the middle
        [[(0.2, 0.1), (0.46, 0), (0.7, 0.1), (0.68, 0.32), (0.45, 0.46), (0.36, 0.43),
          (0.46, 0.4), (0.74, 0.54), (0.8, 0.78), (0.58, 0.99), (0.3, 0.99), (0.16, 0.87)]],
    ],
    4: [
        # open, its bar ending beyond the stem
        [[(0.22, 0), (0.18, 0.28), (0.1, 0.58, C), (0.5, 0.57), (0.9, 0.55)],
         [(0.66, 0.2), (0.64, 0.6), (0.62, 1)]],
        # open, a rounded bowl
        [[(0.16, 0.04), (0.14, 0.3), (0.26, 0.48), (0.55, 0.46), (0.8, 0.34)],
         [(0.82, 0), (0.77, 0.5), (0.7, 1)]],
        # closed, in two strokes
        [[(0.62, 0), (0.36, 0.32), (0.08, 0.66, C), (0.5, 0.66), (0.92, 0.65)],
         [(0.64, 0), (0.64, 0.5), (0.64, 1)]],
        # closed, in one stroke
        [[(0.86, 0.64), (0.5, 0.65), (0.1, 0.64, C), (0.36, 0.3), (0.62, 0, C), (0.62, 0.5),
          (0.61, 1)]],
    ],
    5: [
        # one stroke
        [[(0.8, 0.01), (0.54, 0.02), (0.28, 0.02, C), (0.25, 0.2), (0.21, 0.44, C),
          (0.48, 0.36), (0.76, 0.48), (0.81, 0.74), (0.6, 0.96), (0.34, 1), (0.13, 0.88)]],
        # the roof in a stroke of its own
        [[(0.28, 0.03), (0.26, 0.22), (0.22, 0.43, C), (0.48, 0.37), (0.74, 0.47), (0.8, 0.7),
          (0.63, 0.94), (0.38, 1), (0.14, 0.9)],
         [(0.27, 0.03), (0.55, 0.02), (0.84, 0)]],
        # rounded, like an S
        [[(0.78, 0.06), (0.5, 0), (0.28, 0.1), (0.24, 0.33), (0.46, 0.44), (0.72, 0.55),
          (0.77, 0.78), (0.56, 0.98), (0.3, 0.99), (0.13, 0.9)]],
    ],
    6: [
        # curved
        [[(0.68, 0.02), (0.42, 0.16), (0.22, 0.45), (0.18, 0.76), (0.34, 0.98), (0.62, 0.97),
          (0.78, 0.76), (0.64, 0.56), (0.4, 0.57), (0.22, 0.74)]],
        # a straight back
        [[(0.6, 0), (0.42, 0.3), (0.24, 0.62), (0.24, 0.88), (0.45, 1), (0.68, 0.9),
          (0.72, 0.68), (0.52, 0.58), (0.3, 0.68)]],
        # a small loop low down
        [[(0.55, 0), (0.32, 0.25), (0.2, 0.58), (0.22, 0.86), (0.42, 1), (0.62, 0.9),
          (0.62, 0.7), (0.44, 0.64), (0.26, 0.78)]],
    ],
    7: [
        [[(0.12, 0.03), (0.48, 0.02), (0.84, 0.03, C), (0.62, 0.38), (0.46, 0.7), (0.38, 1)]],
        [[(0.12, 0.03), (0.48, 0.02), (0.84, 0.03, C), (0.62, 0.38), (0.46, 0.7), (0.38, 1)],
         [(0.28, 0.5), (0.52, 0.49), (0.76, 0.48)]],
        [[(0.14, 0.18), (0.14, 0.02, C), (0.5, 0.04), (0.86, 0.01, C), (0.62, 0.5), (0.4, 1)]],
        [[(0.15, 0.08), (0.4, 0.01), (0.66, 0.04), (0.8, 0.1), (0.68, 0.38), (0.52, 0.68),
          (0.46, 1)]],
    ],
    8: [
        # one stroke, beginning as an S
        [[(0.72, 0.14), (0.5, 0), (0.27, 0.1), (0.28, 0.32), (0.52, 0.49), (0.78, 0.68),
          (0.74, 0.92), (0.48, 1), (0.22, 0.9), (0.22, 0.68), (0.46, 0.5), (0.7, 0.32),
          (0.74, 0.14)]],
        # two circles
        [[(0.5, 0), (0.3, 0.08), (0.26, 0.28), (0.46, 0.46), (0.68, 0.38), (0.73, 0.16),
          (0.52, 0)],
         [(0.5, 0.46), (0.26, 0.56), (0.18, 0.8), (0.42, 1), (0.72, 0.92), (0.8, 0.68),
          (0.52, 0.46)]],
        # open at the top right
        [[(0.78, 0.06), (0.52, 0), (0.28, 0.12), (0.32, 0.34), (0.56, 0.5), (0.72, 0.7),
          (0.64, 0.94), (0.38, 0.99), (0.24, 0.8), (0.4, 0.56), (0.62, 0.36), (0.84, 0.12)]],
    ],
    9: [
        # curved
        [[(0.74, 0.2), (0.56, 0.02), (0.3, 0.06), (0.18, 0.3), (0.36, 0.48), (0.62, 0.42),
          (0.76, 0.18, C), (0.79, 0.48), (0.68, 0.82), (0.44, 1), (0.22, 0.92)]],
        # a straight stem
        [[(0.72, 0.12), (0.5, 0), (0.26, 0.1), (0.22, 0.34), (0.42, 0.48), (0.66, 0.36),
          (0.73, 0.1, C), (0.71, 0.55), (0.68, 1)]],
        # a slanting stem
        [[(0.74, 0.16), (0.52, 0.0), (0.28, 0.12), (0.22, 0.36), (0.44, 0.46), (0.68, 0.3),
          (0.76, 0.1, C), (0.64, 0.55), (0.48, 1)]],
    ],
}


def pieces(points):
    """The parts of a stroke between its corners."""
    piece = []
    for point in points:
        piece.append(point[:2])
        if len(point) == 3 and len(piece) > 1:
            yield piece
            piece = [point[:2]]
    if len(piece) > 1:
        yield piece


def curve(points, steps=24):
    """A Catmull-Rom curve through the points."""
    p = [points[0], *points, points[-1]]
    out = [points[0]]
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:]):
        for i in range(1, steps + 1):
            t = i / steps
            out.append(tuple(
                0.5 * (2 * b[k] + (c[k] - a[k]) * t
                       + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t
                       + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t * t * t)
                for k in (0, 1)))
    return out


def sampled(line, random):
    """What a pointer tells of a line in pixels: a point every few pixels, fewer where it is fast."""
    out, gone, wanted = [line[0]], 0.0, 0.0
    phase, wave = random.between(0, 2 * math.pi), random.between(60, 140)
    length = 0.0
    for before, point in zip(line, line[1:]):
        step = math.dist(before, point)
        gone += step
        length += step
        wanted = 10 + 6 * math.sin(length / wave * 2 * math.pi + phase)
        if gone >= wanted:
            out.append(point)
            gone = 0.0
    if out[-1] != line[-1]:
        out.append(line[-1])
    return out


def drawing(form, random):
    height = random.about(185, 22)  # pixels
    width = height * random.about(0.85, 0.07)
    slant, turn = random.about(0.1, 0.11), math.radians(random.about(0, 4.5))
    shake = random.between(0, 1.2)  # pixels
    strokes = []
    for points in form:
        loose = [(x + random.about(0, 0.022), y + random.about(0, 0.022), *corner)
                 for x, y, *corner in points]
        drift = random.about(0, 0.012), random.about(0, 0.012)  # where the pen came down again
        line = []
        for piece in pieces(loose):
            line += curve(piece)
        placed = []
        for x, y in line:
            x, y = (x + drift[0] - 0.5) * width, (y + drift[1] - 0.5) * height
            x -= slant * y
            placed.append((x * math.cos(turn) - y * math.sin(turn),
                           x * math.sin(turn) + y * math.cos(turn)))
        points = sampled(placed, random)
        strokes.append([(x + random.about(0, shake / 2), y + random.about(0, shake / 2))
                        for x, y in points])
    left, right, top, bottom = (f(s[k] for stroke in strokes for s in stroke)
                                for k in (0, 1) for f in (min, max))
    pen = round(random.between(14, 26))
    # Somewhere on the surface; what is too large for it stays in the middle.
    room = [max(0.0, SURFACE - pen - (high - low)) / 2 for low, high in ((left, right), (top, bottom))]
    centre = [SURFACE / 2 + random.between(-r, r) * 0.7 for r in room]
    dx, dy = centre[0] - (left + right) / 2, centre[1] - (top + bottom) / 2
    return {"pen": pen, "strokes": [[round(v) for x, y in stroke for v in (x + dx, y + dy)]
                                    for stroke in strokes]}


def make():
    random = Random(SEED)
    drawings = [{"digit": digit, "form": i % len(forms), **drawing(forms[i % len(forms)], random)}
                for i in range(EACH) for digit, forms in FORMS.items()]
    lines = ",\n".join(json.dumps(d, separators=(",", ":")) for d in drawings)
    return f'{{"surface":{SURFACE},"drawings":[\n{lines}\n]}}\n'


def main():
    path, text = HERE / "strokes.json", make()
    if "--check" in sys.argv[1:]:
        same = path.read_text() == text
        print(f"{path.name}: {'as made' if same else 'differs from what make.py makes'}")
        return 0 if same else 1
    path.write_text(text)
    print(f"{path.name}: {len(text)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
