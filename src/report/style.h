// SPDX-License-Identifier: Apache-2.0
// How the page looks. Dark colours are for dark screens only: paper is white.
#pragma once

namespace emamba {

inline constexpr const char* kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --band: #f3f5f7;
  --mark: #0072b2; --mark2: #7fbfe6; --room: #e6eaee; --warn: #b35900; --good: #00694d;
  --bad: #b3261e;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --text: #e4e8ec; --soft: #a0a9b3; --line: #353c44; --band: #1c2126;
    --mark: #58b2ea; --mark2: #2a6d9c; --room: #2a3038; --warn: #f0a04b; --good: #4fc59c;
    --bad: #ff8a80;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans",
  sans-serif;
}
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 {
  font-size: 1.15rem; margin: 2.2rem 0 .7rem; padding-bottom: .25rem;
  border-bottom: 1px solid var(--line);
}
header p { margin: .2rem 0 1rem; color: var(--soft); }
p { max-width: 46rem; margin: 0 0 .8rem; overflow-wrap: anywhere; }
.notice {
  border: 1px solid var(--line); border-left: 4px solid var(--warn); background: var(--band);
  padding: .7rem 1rem;
}
.notice h2 { font-size: 1rem; margin: 0 0 .3rem; padding: 0; border: 0; }
.notice ul { margin: 0; padding-left: 1.2rem; }
.facts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .7rem;
  margin: 0;
}
.fact { border: 1px solid var(--line); border-radius: 3px; padding: .6rem .8rem; }
.fact dt { color: var(--soft); font-size: .85rem; }
.fact dd { margin: 0; color: var(--soft); font-size: .85rem; font-variant-numeric: tabular-nums; }
.fact .value { color: var(--text); font-size: 1.45rem; font-weight: 600; line-height: 1.3; }
.good, .bad { grid-column: 1 / -1; }
.good .value { color: var(--good); }
.bad .value { color: var(--bad); }
.good { border-left: 4px solid var(--good); }
.bad { border-left: 4px solid var(--bad); }
.scroll { overflow-x: auto; margin: 0 0 1.4rem; }
table {
  border-collapse: separate; border-spacing: 0; font-size: .87rem;
  font-variant-numeric: tabular-nums;
}
caption, figcaption {
  text-align: left; color: var(--soft); font-size: .87rem; padding-bottom: .3rem;
}
th, td { padding: .14rem .7rem .14rem 0; text-align: left; font-weight: 400; }
thead .text:not(:first-child) { padding-left: .5rem; }
thead th {
  color: var(--soft); vertical-align: bottom; border-bottom: 1px solid var(--text);
  line-height: 1.25; padding-bottom: .3rem;
}
tbody th { white-space: nowrap; position: sticky; left: 0; background: var(--page); }
tbody tr:not(:last-child) > * { border-bottom: 1px solid var(--band); }
tbody + tbody tr:first-child > * { border-top: 1px solid var(--line); }
.group th { padding-left: 1rem; }
.head, .head th { background: var(--band); }
.head th { padding-left: .3rem; }
.head th, .head td { font-weight: 600; }
td.text { padding-left: .5rem; white-space: nowrap; }
.number { text-align: right; padding-left: .5rem; }
td.number { white-space: nowrap; }
td.bar { white-space: nowrap; }
td.bar div { display: flex; align-items: center; gap: .6rem; }
td.bar span { width: 3.8rem; flex: none; text-align: right; }
td.bar svg { flex: none; height: 9px; width: 9rem; }
th.bar { padding-left: 1rem; }
rect { fill: var(--mark); }
rect.room { fill: var(--room); }
figure { margin: 0 0 1.4rem; }
figcaption { padding-top: .5rem; }
.timeline { display: block; margin-left: 7.5rem; width: calc(100% - 8.5rem); overflow: visible; }
.timeline g rect:nth-child(even) { fill: var(--mark2); }
.timeline line { stroke: var(--line); }
.timeline text {
  fill: var(--text); font-size: 11px; font-variant-numeric: tabular-nums; text-anchor: end;
}
.timeline .head { font-weight: 600; }
.timeline .tick { fill: var(--soft); text-anchor: middle; }
.half { display: inline-block; width: calc(50% - .6rem); min-width: 20rem; vertical-align: top; }
.curve, .confusion { display: block; width: 100%; height: auto; }
.curve line { stroke: var(--line); }
.curve polyline { fill: none; stroke: var(--mark); stroke-width: 1.8; stroke-linejoin: round; }
.curve circle { fill: var(--mark); }
.curve text, .confusion text {
  fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; text-anchor: middle;
}
.curve .value, .confusion .name { text-anchor: end; }
.confusion .name, .confusion .count { fill: var(--text); }
.confusion .over { fill: var(--page); }
.confusion .miss { fill: var(--warn); }
pre {
  background: var(--band); border: 1px solid var(--line); padding: .7rem .9rem; overflow-x: auto;
  font-size: .87rem;
}
code { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
@media (max-width: 36rem) {
  main { padding: 1rem .75rem 2rem; }
  .facts { grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); }
  .fact .value { font-size: 1.2rem; }
  td.bar svg { width: 4.5rem; }
  .timeline { margin-left: 6rem; width: calc(100% - 6.6rem); }
}
@media print {
  * { print-color-adjust: exact; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2, p { break-after: avoid; }
  tr, figure, pre, .fact, .notice { break-inside: avoid; }
  .scroll { overflow: visible; }
}
)css";

}  // namespace emamba
