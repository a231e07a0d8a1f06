// Where the lines of a graph run: points are [x, y], ways are points at a distance of 1 from [0, 0].
// geometry.py says the same in Python, for the picture that stands where no kernel runs; a test holds the
// two together. graph_view.py puts this file in front of graph_view.js: together they are one module.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const round = (point) => point.map((number) => number.toFixed(1)).join(",");
const plus = (point, way, length) => [point[0] + length * way[0], point[1] + length * way[1]];

function towards(from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  return length ? [dx / length, dy / length] : [0, -1];
}

// The corners of the curve of an edge: start, one control point (a loop: two), end.
function curve(p, q, rimP, rimQ, bow, out) {
  if (out) {
    const [a, b] = [turned(out, -0.5), turned(out, 0.5)];
    const reach = 2.4 * rimP + 16 + Math.abs(bow);
    return [plus(p, a, rimP), plus(p, turned(out, -0.6), reach), plus(p, turned(out, 0.6), reach), plus(p, b, rimP + 2)];
  }
  const [x, y] = towards(p, q);
  const middle = plus([(p[0] + q[0]) / 2, (p[1] + q[1]) / 2], [y, -x], 2 * bow);
  return [plus(p, towards(p, middle), rimP), middle, plus(q, towards(q, middle), rimQ + 2)];
}

function turned([x, y], angle) {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [x * c - y * s, x * s + y * c];
}

function path(corners, head) {
  const line = `M${round(corners[0])} ${corners.length === 4 ? "C" : "Q"}${corners.slice(1).map(round).join(" ")}`;
  if (!head) return line;
  const tip = corners.at(-1);
  const [x, y] = towards(corners.at(-2), tip);
  const back = plus(tip, [x, y], -head);
  return `${line} M${round(plus(back, [y, -x], head / 2))} L${round(tip)} L${round(plus(back, [-y, x], head / 2))}`;
}

// A point of the curve, t of the way along (de Casteljau).
function at(corners, t) {
  while (corners.length > 1)
    corners = corners.slice(1).map((q, k) => [0, 1].map((axis) => (1 - t) * corners[k][axis] + t * q[axis]));
  return corners[0];
}

function wedge(r, from, to) {
  if (to - from > 0.9999) return `M0,${-r} A${r},${r} 0 1 1 0,${r} A${r},${r} 0 1 1 0,${-r} Z`;
  const [a, b] = [from, to].map((share) => turned([0, -r], 2 * Math.PI * share));
  return `M0,0 L${round(a)} A${r},${r} 0 ${to - from > 0.5 ? 1 : 0} 1 ${round(b)} Z`;
}

// The free side of each node: away from its other edges, down if all sides are alike. A loop points there.
function waysOut(points, edges) {
  const sum = points.map(() => [0, 0]);
  for (const [i, j] of edges)
    if (i !== j) {
      const way = towards(points[i], points[j]);
      [sum[i], sum[j]] = [plus(sum[i], way, -1), plus(sum[j], way, 1)];
    }
  return sum.map((way) => (Math.hypot(...way) < 0.01 ? [0, 1] : towards([0, 0], way)));
}

// The node that lies next in a direction: near, and more ahead than aside.
function next(points, from, [dx, dy]) {
  let [best, least] = [from, Infinity];
  points.forEach((point, i) => {
    const [x, y] = [point[0] - points[from][0], point[1] - points[from][1]];
    const [ahead, aside] = [x * dx + y * dy, Math.abs(x * dy - y * dx)];
    if (ahead > 0.5 && ahead + 3 * aside < least) [best, least] = [i, ahead + 3 * aside];
  });
  return best;
}

