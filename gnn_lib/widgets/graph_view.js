// Draws what the model of GraphView says (graph_view.py lists it), and tells what a hand does to it.
// Numbers, colours and words come from Python; here are movement, pointers and keys. paths.js (where lines
// run) and parts.js (what is drawn) stand before this file in the same module.

const MOVE = 350; // milliseconds in which nodes go to a new place
const FLUID = 200; // with more nodes they jump: so many paths in every frame would stutter
const REACH = 500; // with more lines they are too close to be pointed at with a margin
const SLACK = 5; // pixels that a click may wander before it is a drag
const HELP = "Arrow keys go from node to node, Enter clicks, plus and minus zoom, Escape leaves.";

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
function render({ model, el }) {
  const get = (name) => model.get(name);
  const id = `gv-${Math.random().toString(36).slice(2)}`; // each view may have this module for itself
  el.classList.add("gv");
  const frame = html(el, "div", "gv-frame");
  el.addEventListener("focusin", keepKeys);
  const canvas = svg(frame, "svg", "gv-canvas");
  const world = svg(canvas, "g", "gv-world");
  const [edgeLayer, dotLayer, captionLayer, nodeLayer] = ["edges", "dots", "captions", "nodes"].map((name) => svg(world, "g", `gv-${name}`));
  const tools = html(el, "div", "gv-tools");
  const legend = html(el, "div", "gv-legend");
  const detail = html(el, "div", "gv-detail");
  const [news, help] = [html(el, "div", "gv-unseen"), html(el, "div", "gv-unseen")];
  news.setAttribute("role", "status");
  help.textContent = HELP;
  [detail.id, help.id] = [`${id}-detail`, `${id}-help`];
  set(canvas, { role: "application", "aria-roledescription": "graph", "aria-describedby": help.id });

  let points = []; // where the nodes are drawn: on their way to get("positions")
  let curves = []; // the corners of each edge, for the dots that travel along it
  let [nodes, edges, parallel] = [[], [], []];
  let [here, looked, hand, moving] = [0, null, null, 0]; // node with the focus; what is explained; a drag; a frame
  let zoom = { k: 1, x: 0, y: 0 };

  function draw() {
    const [width, height] = get("size");
    set(canvas, { viewBox: `0 0 ${width} ${height}`, "aria-label": get("words") });
    canvas.classList.toggle("gv-movable", get("movable"));
    canvas.classList.toggle("gv-many", get("positions").length > FLUID);
    canvas.style.maxWidth = `${1.25 * width}px`;
    nodes = keep(nodeLayer, get("positions").length, buildNode);
    edges = keep(edgeLayer, get("edges").length, buildEdge);
    here = Math.max(0, Math.min(here, nodes.length - 1));
    nodes.forEach(dressNode);
    edges.forEach(dressEdge);
    const captions = get("captions");
    keep(captionLayer, captions.length, (parent) => svg(parent, "text", "gv-caption")).forEach((part, k) => {
      const [x, y, text] = captions[k];
      set(part, { x, y, text });
    });
    tools.hidden = !get("zoomable");
    drawLegend();
    explain(looked);
    if (news.textContent !== get("words")) news.textContent = get("words");
    if (!hand?.dragging) settle();
  }

  function dressNode(node, i) {
    const [r, mark, inside] = [get("radii")[i], get("marks")[i], get("inside")[i]];
    const corner = get("shape") === "square" ? 3 : r;
    const shares = get("pies")[i] ?? [];
    set(node, { class: `gv-node ${mark && `gv-${mark}`}`, role: "button", "aria-label": get("node_words")[i], "aria-describedby": detail.id, tabindex: i === here ? 0 : -1, "data-node": i });
    const fill = `fill:${get("fills")[i] || "var(--gv-paper)"}`;
    set(node.face, { x: -r, y: -r, width: 2 * r, height: 2 * r, rx: corner, style: fill });
    set(node.inside, { text: inside, "font-size": Math.min(r, 15, (2.6 * r) / Math.max(inside.length, 2)).toFixed(1) });
    set(node.inside, { style: `fill:${get("inks")[i] || "var(--gv-quiet)"}` });
    set(node.below, { text: get("below")[i] });
    const colours = get("pie_colours");
    let from = 0;
    keep(node.pie, shares.length, (parent) => svg(parent, "path", "gv-wedge")).forEach((part, k) => {
      set(part, { d: wedge(r, from, from + shares[k]), fill: colours[k % colours.length] });
      from += shares[k];
    });
  }

  function dressEdge(edge, e) {
    const [strength, mark] = [get("strengths")[e], get("edge_marks")[e]];
    set(edge, { class: `gv-edge ${mark && `gv-${mark}`} ${strength < 0 ? "gv-minus" : get("signed") ? "gv-plus" : ""}`, "data-edge": e });
    set(edge.label, { text: get("edge_labels")[e] });
    const opacity = 0.25 + 0.75 * Math.min(Math.abs(strength), 1);
    set(edge.line, { style: `stroke-width:${get("widths")[e]}px;stroke-opacity:${opacity}` });
  }

  function drawLegend() {
    const entries = get("legend");
    keep(legend, entries.length, (parent) => html(html(parent, "span", "gv-entry"), "span", "gv-swatch"));
    entries.forEach(([colour, name], k) => {
      legend.children[k].firstChild.style.background = colour;
      legend.children[k].firstChild.nextSibling?.remove();
      legend.children[k].append(name);
    });
  }

  function place() {
    const [radii, list, head] = [get("radii"), get("edges"), get("directed") ? get("head") : 0];
    const out = waysOut(points, list);
    const loops = new Set(list.filter(([i, j]) => i === j).map(([i]) => i));
    nodes.forEach((node, i) => {
      set(node, { transform: `translate(${round(points[i])})` });
      const above = out[i][1] < -0.5 !== loops.has(i); // on the free side, unless a loop is there
      set(node.below, { y: above ? -radii[i] - 8 : radii[i] + 15 });
    });
    curves = list.map(([i, j, bow]) => curve(points[i], points[j], radii[i] + 1, radii[j] + (head ? 1 : -1), bow, i === j && out[i]));
    edges.forEach((edge, e) => {
      const d = path(curves[e], head);
      set(edge.line, { d });
      if (edges.length <= REACH) set(edge.reach, { d });
      const [x, y] = at(curves[e], 0.5);
      set(edge.label, { x: x.toFixed(1), y: y.toFixed(1) });
    });
  }

  function settle() {
    const target = get("positions");
    cancelAnimationFrame(moving);
    const same = points.length === target.length && points.every((p, i) => p[0] === target[i][0] && p[1] === target[i][1]);
    if (same || calm() || points.length !== target.length || target.length > FLUID) {
      points = target.map((point) => [...point]);
      return place();
    }
    const [from, start] = [points, performance.now()];
    place();
    const step = (now) => {
      const t = Math.min(Math.max(now - start, 0) / MOVE, 1);
      points = target.map((point, i) => at([from[i], point], t * (2 - t)));
      place();
      if (t < 1) moving = requestAnimationFrame(step);
    };
    moving = requestAnimationFrame(step);
  }

  // Dots run along edges: messages on their way.
  function pulse({ pulse: which }) {
    if (!which || calm() || which.length > FLUID) return;
    const dots = which.map(() => svg(dotLayer, "circle", "gv-dot"));
    const start = performance.now();
    const step = (now) => {
      const t = Math.min(Math.max(now - start, 0) / (1.5 * MOVE), 1);
      dots.forEach((dot, k) => {
        const [cx, cy] = curves[which[k]] ? at(curves[which[k]], t) : [0, 0];
        set(dot, { cx: cx.toFixed(1), cy: cy.toFixed(1), r: 4 });
        if (t === 1) dot.remove();
      });
      if (t < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  // The words behind a node or an edge, with the edges that lead into the node.
  function explain(what) {
    looked = what;
    const [kind, k] = what ?? [];
    const text = kind === "node" ? get("details")[k] || get("node_words")[k] : kind === "edge" ? get("edge_details")[k] : "";
    detail.textContent = text || get("hint");
    nodes.forEach((node, i) => node.classList.toggle("gv-looked", kind === "node" && i === k));
    edges.forEach((edge, e) => edge.classList.toggle("gv-looked", kind === "node" ? leadsTo(e, k) : kind === "edge" && e === k));
  }

  // A line without a head leads both ways.
  function leadsTo(e, node) {
    const [source, target] = get("edges")[e];
    return target === node || (source === node && !get("directed"));
  }

  function under(event) {
    const part = event.target.closest?.("[data-node],[data-edge]");
    if (!part) return null;
    return part.dataset.node !== undefined ? ["node", Number(part.dataset.node)] : ["edge", Number(part.dataset.edge)];
  }

  function tell(event, what) {
    if (what) model.send({ event, [what[0]]: what[0] === "edge" ? get("edges")[what[1]][3] : what[1] });
  }

  function focus(i) {
    stand(i);
    nodes[i]?.focus();
  }

  // The node that Enter clicks, and to which Tab comes back.
  function stand(i) {
    here = i;
    nodes.forEach((node, k) => set(node, { tabindex: k === i ? 0 : -1 }));
  }

  // Also a screen reader may take the focus to a node.
  function onFocus(event) {
    const [kind, k] = under(event) ?? [];
    if (kind === "node" && k !== here) stand(k);
    onOver(event);
  }

  function onKey(event) {
    const stop = () => event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = ARROWS[event.key];
    if (way) stop(focus(next(points, here, way)));
    else if (event.key === "Home") stop(focus(0));
    else if (event.key === "End") stop(focus(nodes.length - 1));
    else if (event.key === "Enter" || event.key === " ") stop(tell("click", ["node", here]));
    else if (event.key === "Escape") stop(document.activeElement.blur(), tell("escape", ["node", here]));
    else if ("+-0=".includes(event.key) && get("zoomable")) stop(zoomBy({ "-": 0.8, 0: 0 }[event.key] ?? 1.25));
  }

  // In the units of the picture, as it is zoomed now.
  function spot(event) {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(world.getScreenCTM().inverse());
    return [x, y];
  }

  function zoomBy(factor, [x, y] = get("size").map((length) => length / 2)) {
    const k = factor ? Math.min(Math.max(zoom.k * factor, 1), 8) : 1;
    pan(zoom.x + (zoom.k - k) * x, zoom.y + (zoom.k - k) * y, k); // (x, y) stays where it is
  }

  function pan(x, y, k = zoom.k) {
    const [width, height] = get("size");
    zoom = { k, x: Math.min(0, Math.max(x, width * (1 - k))), y: Math.min(0, Math.max(y, height * (1 - k))) };
    set(world, { transform: `translate(${zoom.x} ${zoom.y}) scale(${k})` });
    canvas.style.touchAction = k > 1 ? "none" : "pan-x pan-y"; // a finger scrolls the page, or the large picture
  }

  function onDown(event) {
    if (event.button) return;
    const what = under(event);
    hand = { what, x: event.clientX, y: event.clientY, from: spot(event), dragging: false };
    canvas.setPointerCapture(event.pointerId); // else a drag that ends outside would never end
  }

  function onMove(event) {
    if (!hand) return;
    const far = Math.hypot(event.clientX - hand.x, event.clientY - hand.y) > SLACK;
    const [kind, k] = hand.what ?? [];
    if (!far && !hand.dragging) return;
    hand.dragging = true;
    const now = spot(event);
    if (kind === "node" && get("movable")) {
      const [width, height] = get("size");
      points[k] = [Math.min(Math.max(now[0], 0), width), Math.min(Math.max(now[1], 0), height)];
      place();
    } else pan(zoom.x + (now[0] - hand.from[0]) * zoom.k, zoom.y + (now[1] - hand.from[1]) * zoom.k);
  }

  function onUp() {
    const [done, moved] = [hand, hand?.dragging];
    hand = null;
    if (!done) return;
    if (moved && done.what?.[0] === "node" && get("movable")) {
      model.set("positions", points.map((point) => [...point]));
      model.save_changes();
    }
    if (moved) return;
    if (done.what?.[0] === "node") focus(done.what[1]);
    tell("click", done.what);
  }

  // The browser has taken the pointer, to scroll the page.
  function onCancel() {
    hand = null;
    settle();
  }

  function onOver(event) {
    const what = under(event);
    if (!what || hand?.dragging || String(what) === String(looked)) return;
    explain(what);
    if (get("tells_hover")) tell("hover", what);
  }

  function onWheel(event) {
    if (!(event.ctrlKey || event.metaKey) || !get("zoomable")) return; // a plain wheel scrolls the page
    event.preventDefault();
    zoomBy(event.deltaY < 0 ? 1.15 : 1 / 1.15, spot(event));
  }

  for (const [sign, name, factor] of [["+", "zoom in", 1.25], ["−", "zoom out", 0.8], ["↺", "whole picture", 0]]) {
    const button = html(tools, "button", "gv-tool");
    [button.textContent, button.title, button.type] = [sign, name, "button"];
    button.setAttribute("aria-label", name);
    button.addEventListener("click", () => zoomBy(factor));
  }
  const hears = { keydown: onKey, pointerdown: onDown, pointermove: onMove, pointerup: onUp, pointercancel: onCancel,
    pointerover: onOver, focusin: onFocus, wheel: onWheel };
  for (const [name, listener] of Object.entries(hears)) canvas.addEventListener(name, listener, { passive: false });
  // In a playground JupyterLab's keys must not reach the controls either,
  // and the sliders of ipywidgets have no name for those who can't see it.
  const shield = new ResizeObserver(() => {
    const play = el.closest(".gnn-play");
    if (!play) return;
    shield.observe(play); // it grows when a control comes into it
    play.addEventListener("focusin", keepKeys);
    for (const handle of play.querySelectorAll(".noUi-handle"))
      handle.setAttribute("aria-label", handle.closest(".jupyter-widgets")?.querySelector("label")?.textContent ?? "slider");
  });
  shield.observe(el); // it calls when `el` has come into the page
  model.on("change", draw);
  model.on("msg:custom", pulse);
  draw();
  // The model outlives this view, and so, in JupyterLab, does `el`: leave nothing in it or on it.
  return () => {
    model.off("change", draw);
    model.off("msg:custom", pulse);
    cancelAnimationFrame(moving);
    shield.disconnect();
    el.removeEventListener("focusin", keepKeys);
    el.replaceChildren();
  };
}

export default { render };
