// SPDX-License-Identifier: Apache-2.0
// The page of an exploration: its parts that are the same for every one.
#pragma once

namespace emamba {

inline constexpr const char* kExplorationStyle = R"css(
.axes { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; margin-bottom: .6rem; }
#chart { display: block; width: 100%; height: auto; }
#chart line { stroke: var(--line); }
#chart circle { fill: var(--mark); cursor: pointer; }
#chart circle.chosen { fill: var(--warn); }
#chart text {
  fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; text-anchor: middle;
}
#chart .value { text-anchor: end; }
#table th[role=button] { cursor: pointer; }
#table tbody tr { cursor: pointer; }
#table tr.chosen > * { background: var(--band); font-weight: 600; }
)css";

inline constexpr const char* kExplorationBody = R"html(
<p>No other design beats one of these in everything. Choose what is drawn; point at a design or
choose one for its commands. Cycles are exact, resources are estimates.</p>
<div class="axes">
<label>Across <select id="x"></select></label>
<label>Up <select id="y"></select></label>
<label><input type="checkbox" id="log" checked> logarithmic</label>
</div>
<figure><svg id="chart" viewBox="0 0 800 420" role="img" aria-label="designs"></svg></figure>
<pre id="command" aria-live="polite">Choose a design.</pre>
<div class="scroll" tabindex="0" role="region" aria-label="designs"><table id="table"></table></div>
<noscript><p>The same numbers are in explore.csv.</p></noscript>
)html";

inline constexpr const char* kExplorationScript = R"js(
const $ = id => document.getElementById(id);
const svg = (name, attributes, text) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  if (text !== undefined) node.textContent = text;
  return node;
};
let chosen = -1, sorted = {key: data.columns[0].key, up: true};

// From values to positions, with about five round ticks.
function scale(values, from, to, log) {
  const f = log ? v => Math.log10(Math.max(v, 0.5)) : v => v;
  let low = Math.min(...values.map(f)), high = Math.max(...values.map(f));
  if (low === high) { low -= 1; high += 1; }
  const ticks = [];
  if (log) {
    for (let e = Math.floor(low); e <= high; ++e) {
      for (const d of high - low > 3 ? [1] : [1, 2, 5]) {
        const v = d * 10 ** e;
        if (f(v) >= low && f(v) <= high) ticks.push(v);
      }
    }
  } else {
    const raw = (high - low) / 5, power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 5, 10].find(d => d * power >= raw);
    for (let v = Math.ceil(low / step) * step; v <= high; v += step) ticks.push(v);
  }
  return {at: v => from + (f(v) - low) / (high - low) * (to - from), ticks};
}

function draw() {
  const chart = $("chart"), x = $("x").value, y = $("y").value, log = $("log").checked;
  chart.replaceChildren();
  const across = scale(data.points.map(p => p[x]), 80, 780, log);
  const up = scale(data.points.map(p => p[y]), 370, 15, log);
  for (const v of across.ticks) {
    chart.append(svg("line", {x1: across.at(v), x2: across.at(v), y1: 15, y2: 370}));
    chart.append(svg("text", {x: across.at(v), y: 390}, v.toLocaleString("en")));
  }
  for (const v of up.ticks) {
    chart.append(svg("line", {x1: 80, x2: 780, y1: up.at(v), y2: up.at(v)}));
    chart.append(svg("text", {x: 72, y: up.at(v) + 4, class: "value"}, v.toLocaleString("en")));
  }
  chart.append(svg("text", {x: 430, y: 412}, data.columns.find(c => c.key === x).name));
  data.points.forEach((p, i) => {
    const dot = svg("circle", {cx: across.at(p[x]), cy: up.at(p[y]), r: i === chosen ? 7 : 4});
    if (i === chosen) dot.setAttribute("class", "chosen");
    const lines = data.columns.map(c => c.name + ": " + p[c.key].toLocaleString("en"));
    dot.append(svg("title", {}, lines.concat(p.settings).join("\n")));
    dot.addEventListener("click", () => choose(i));
    chart.append(dot);
  });
}

function list() {
  const order = data.points.map((p, i) => i).sort((a, b) =>
    (data.points[a][sorted.key] - data.points[b][sorted.key]) * (sorted.up ? 1 : -1));
  const head = document.createElement("tr"), body = document.createElement("tbody");
  for (const c of data.columns) {
    const th = document.createElement("th");
    th.textContent = c.name + (c.key === sorted.key ? (sorted.up ? " \u2191" : " \u2193") : "");
    th.className = "number";
    th.tabIndex = 0;
    th.setAttribute("role", "button");
    const turn = () => {
      sorted = {key: c.key, up: c.key === sorted.key ? !sorted.up : true};
      list();
    };
    th.addEventListener("click", turn);
    th.addEventListener("keydown", e => { if (e.key === "Enter") turn(); });
    head.append(th);
  }
  const last = document.createElement("th");
  last.textContent = "settings";
  last.className = "text";
  head.append(last);
  for (const i of order) {
    const p = data.points[i], row = document.createElement("tr");
    if (i === chosen) row.className = "chosen";
    for (const c of data.columns) {
      const td = document.createElement("td");
      td.className = "number";
      td.textContent = p[c.key].toLocaleString("en");
      if (data.has[c.key]) {
        td.title = (100 * p[c.key] / data.has[c.key]).toFixed(1) + " % of the device";
      }
      row.append(td);
    }
    const td = document.createElement("td");
    td.className = "text";
    td.textContent = p.settings.map(s => s.replace("hardware.", "")).join(" ");
    row.append(td);
    row.tabIndex = 0;
    row.addEventListener("click", () => choose(i));
    row.addEventListener("keydown", e => { if (e.key === "Enter") choose(i); });
    body.append(row);
  }
  const thead = document.createElement("thead");
  thead.append(head);
  $("table").replaceChildren(thead, body);
}

function choose(i) {
  chosen = i;
  const set = data.points[i].settings.map(s => " \\\n  --set " + s).join("");
  $("command").textContent = ["estimate", "verify", "emit"]
    .map(verb => "emamba " + verb + " " + data.config + set).join("\n");
  draw();
  list();
}

for (const id of ["x", "y"]) {
  for (const c of data.columns) $(id).add(new Option(c.name, c.key));
  $(id).addEventListener("change", draw);
}
$("x").value = data.columns[0].key;
$("y").value = (data.columns.find(c => c.key === "lut" || c.key === "cells") || data.columns[2]).key;
$("log").addEventListener("change", draw);
draw();
list();
)js";

}  // namespace emamba
