"""How the page looks: one sheet, light and dark, from a phone's width up."""

from __future__ import annotations

from typing import Final

__all__ = ["CSS"]

CSS: Final = """
:root { color-scheme: light dark;
  --paper: #f6f5f2; --card: #fff; --ink: #1d1f24; --soft: #646a76; --line: #e2e0da;
  --good: #1a7f4b; --bad: #c2332d; --open: #a76a00; --calm: #2f66b5; --none: #8a8f99;
  --good-wash: #e5f4ec; --bad-wash: #fbeae8; --open-wash: #fbf1dd; --code: #f3f2ee; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #14161a; --card: #1c1f25; --ink: #e8e9ec; --soft: #9aa1ae; --line: #30343c;
  --good: #56c48b; --bad: #f2766c; --open: #e2ac4d; --calm: #7fb0f0; --none: #737a87;
  --good-wash: #17301f; --bad-wash: #391d1c; --open-wash: #352a14; --code: #15181d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 24px 64px; }
h1, h2, h3, p { margin: 0; }
h1 { font-size: 26px; line-height: 1.2; letter-spacing: -.02em; }
h2 small { font-weight: 400; } h2 code { white-space: nowrap; }
h2 { font-size: 18px; letter-spacing: -.01em; margin: 44px 0 14px; }
h3 { font-size: 16px; line-height: 1.4; }
code, pre, .mono { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: 8px 0 0; padding: 12px 14px; background: var(--code); border-radius: 8px;
  border: 1px solid var(--line); overflow-x: auto; overflow-wrap: normal; max-height: 420px; }
small, .soft { color: var(--soft); }
small { font-size: 13px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 20px 22px; margin-bottom: 14px; }
.top { display: flex; gap: 8px 18px; align-items: center; flex-wrap: wrap; }
.badge { font-weight: 650; font-size: 15px; padding: 5px 14px; border-radius: 99px;
  border: 1px solid currentColor; white-space: nowrap; }
.held { color: var(--good); } .violated { color: var(--bad); } .not_judged { color: var(--open); }
.known { color: var(--calm); }
.badge.held { background: var(--good-wash); } .badge.violated { background: var(--bad-wash); }
.badge.not_judged { background: var(--open-wash); }
.tiles { display: grid; gap: 10px; margin-top: 20px;
  grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 12px 16px; }
.tile b { display: block; font-size: 26px; line-height: 1.25; letter-spacing: -.02em;
  font-variant-numeric: tabular-nums; font-weight: 600; }
.tile.zero b { color: var(--soft); }
.tile:not(.zero) b.violated { color: var(--bad); }
.break { border-left: 4px solid var(--bad); }
.break .why { margin: 12px 0; padding: 10px 14px; background: var(--bad-wash);
  border-radius: 8px; }
.cause { margin: 22px 0 8px; color: var(--soft); }
.follows { border-left: 2px solid var(--line); margin: 0 0 22px 8px; padding-left: 18px; }
.follows > p { margin-bottom: 10px; } .follows a { color: inherit; }
.of { display: flex; height: 8px; margin-top: 6px; border-radius: 99px; overflow: hidden;
  background: var(--line); }
.of i { display: block; } .of .held { background: var(--good); }
.of .violated { background: var(--bad); }
.chip { font-size: 12px; padding: 1px 9px; border-radius: 99px; border: 1px solid var(--line);
  color: var(--soft); white-space: nowrap; }
.break > .top { margin-top: 4px; color: var(--soft); }
header .tiles + p { margin-top: 14px; }
details { border-top: 1px solid var(--line); padding: 7px 0; }
details > summary { cursor: pointer; list-style-position: outside; margin-left: 18px; }
details > *:not(summary) { margin-left: 18px; }
.wire > summary { display: flex; gap: 0 14px; align-items: baseline; margin-left: 0; }
.wire > summary::before { content: "▸"; color: var(--soft); margin-right: -8px; }
.wire[open] > summary::before { content: "▾"; }
.wire > summary::-webkit-details-marker { display: none; }
.wire .when { color: var(--soft); font-size: 13px; white-space: nowrap; text-align: right;
  font-variant-numeric: tabular-nums; min-width: 68px; }
.wire .status { max-width: 150px; }
.wire > summary:hover code { text-decoration: underline; }
.s2 { --hue: var(--good); } .s3 { --hue: var(--calm); } .s4 { --hue: var(--open); }
.s5 { --hue: var(--bad); } .s0 { --hue: var(--none); }
.status { color: var(--hue); font-weight: 600; }
.key { display: inline-flex; align-items: center; gap: 6px; margin-right: 16px; font-size: 13px;
  color: var(--soft); white-space: nowrap; }
.key::before { content: ""; width: 10px; height: 10px; border-radius: 3px;
  background: var(--hue); }
.lane { display: grid; grid-template-columns: 190px 1fr 56px; gap: 12px; align-items: center;
  padding: 3px 0; font-size: 13px; }
.lane .who { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.lane .many { text-align: right; color: var(--soft); font-variant-numeric: tabular-nums; }
.lane svg { width: 100%; height: 16px; display: block; background: var(--code);
  border-radius: 4px; }
.lane rect { fill: var(--hue); fill-opacity: .8; }
.ticks { display: flex; justify-content: space-between; color: var(--soft); font-size: 12px; }
.two { display: grid; gap: 14px; grid-template-columns: minmax(0, 480px) minmax(0, 1fr); }
.machine { width: 100%; max-width: 460px; display: block; margin: 0 auto; }
.machine rect { fill: var(--card); stroke: var(--line); stroke-width: 1.5; }
.machine text { fill: var(--soft); font: 500 15px system-ui, sans-serif; text-anchor: middle; }
.machine .seen rect { fill: var(--good-wash); stroke: var(--good); }
.machine .seen text { fill: var(--ink); }
.machine path { fill: none; stroke: var(--none); stroke-width: 1.5; stroke-dasharray: 3 5; }
.machine .seen path { stroke: var(--good); stroke-width: 2; stroke-dasharray: none; }
.machine marker path { stroke: none; stroke-dasharray: none; fill: var(--none); }
.machine marker.on path { fill: var(--good); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
td, th { text-align: left; padding: 7px 10px 7px 0; border-top: 1px solid var(--line);
  vertical-align: top; font-weight: inherit; }
tr:first-child > * { border-top: 0; }
td:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.sign { width: 22px; font-weight: 700; }
.fold { padding: 9px 0; }
.fold:first-child { border-top: 0; }
.fold > summary h3 { display: inline; margin: 0 8px; text-transform: capitalize; }
.fold > summary span { margin-right: 10px; white-space: nowrap; }
.fold > table { margin: 8px 0 4px; }
.keys { margin-bottom: 12px; }
.quiet { color: var(--soft); } .quiet .card { background: none; border-style: dashed; }
@media (max-width: 720px) {
  main { padding: 20px 14px 48px; }
  .card { padding: 16px 14px; }
  .two { grid-template-columns: minmax(0, 1fr); }
  .tiles { grid-template-columns: repeat(3, 1fr); gap: 8px; }
  .tile { padding: 10px 12px; } .tile b { font-size: 21px; }
  .lane { grid-template-columns: 1fr auto; gap: 2px 8px; padding: 6px 0; }
  .lane svg { grid-column: 1 / -1; grid-row: 2; }
  .wide { display: none; }
  .wire > summary { flex-wrap: wrap; } .wire > summary > :last-child { flex-basis: 100%; }
  .wire .when { min-width: 0; }
}
@media print { details > *, details { display: block; } body { background: #fff; } }
"""
