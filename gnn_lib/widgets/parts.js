// The pieces of a picture: made once, and changed as little as possible.

const SVG = "http://www.w3.org/2000/svg";

function svg(parent, tag, name) {
  const part = parent.appendChild(document.createElementNS(SVG, tag));
  if (name) part.setAttribute("class", name);
  return part;
}

function html(parent, tag, name) {
  const part = parent.appendChild(document.createElement(tag));
  part.className = name;
  return part;
}

// Writes only what is new: on a large graph, most of it is not.
function set(part, attributes) {
  const known = (part.known ??= {});
  for (const [name, value] of Object.entries(attributes))
    if (known[name] !== value) {
      known[name] = value;
      if (name === "text") part.textContent = value;
      else part.setAttribute(name, value);
    }
}

// As many children as there are things to draw.
function keep(parent, count, build) {
  while (parent.children.length > count) parent.lastChild.remove();
  while (parent.children.length < count) build(parent);
  return [...parent.children];
}

function buildNode(parent) {
  const node = svg(parent, "g", "gv-node");
  [node.face, node.pie] = [svg(node, "rect", "gv-face"), svg(node, "g", "gv-pie")];
  [node.inside, node.below] = [svg(node, "text", "gv-inside"), svg(node, "text", "gv-below")];
}

function buildEdge(parent) {
  const edge = svg(parent, "g", "gv-edge");
  [edge.reach, edge.line, edge.label] = [svg(edge, "path", "gv-reach"), svg(edge, "path", "gv-line"), svg(edge, "text", "gv-number")];
}

// JupyterLab would take the keys ("m" makes words of the cell) unless the very part with the focus says no.
// It stands here, for itself: on an element that lives on, it would else keep all that `render` has made.
function keepKeys(event) {
  event.target.setAttribute("data-lm-suppress-shortcuts", "true");
}
