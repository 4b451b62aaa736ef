"""What all report pages look like: by day and by night, on a desk and on a phone, on paper."""

from __future__ import annotations

BASE_STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #fff; --ink: #1d2127; --faint: #6b7280; --line: #e4e2dd;
  --good: #187a4f; --bad: #d03a3a; --accent: #2f6fde;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161a; --card: #1c1f25; --ink: #e8e6e1; --faint: #9aa1ad; --line: #32363e;
    --good: #4cc38a; --bad: #ff6b6b; --accent: #7aa7ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  -webkit-text-size-adjust: 100%;
}
main { max-width: 1280px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 40px 0 10px; }
h3 { font-size: 15px; margin: 18px 0 6px; }
p, .note { color: var(--faint); margin: 0 0 10px; max-width: 76ch; }
bdi { overflow-wrap: anywhere; }
.figures { display: grid; gap: 10px; margin: 20px 0 0;
  grid-template-columns: repeat(auto-fit, minmax(118px, 1fr)); }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 10px 14px; }
.figures dt { color: var(--faint); font-size: 12.5px; }
.figures dd { margin: 0; font-size: 24px; font-weight: 650; font-variant-numeric: tabular-nums; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 12px 14px; margin: 0 0 14px; }
.scroll { overflow-x: auto; -webkit-overflow-scrolling: touch; }
.sides { display: flex; flex-wrap: wrap; gap: 14px; align-items: flex-start; }
.sides > * { flex: 1 1 320px; min-width: 0; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums;
  min-width: 100%; }
th, td { padding: 5px 8px; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th { color: var(--faint); font-weight: 550; vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { text-align: left; }
tbody tr:last-child td { border-bottom: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; color: var(--faint); font-size: 13px;
  margin: 0 0 12px; }
.legend i { display: inline-block; width: 22px; height: 12px; border-radius: 3px; margin-right: 6px;
  vertical-align: -1px; background: hsl(210 62% 68%); }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, "PingFang SC",
  "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
svg text { fill: var(--ink); unicode-bidi: isolate; }
svg .row { fill: var(--faint); text-anchor: end; dominant-baseline: central; font-size: 11px; }
svg .moment { fill: var(--faint); text-anchor: middle; font-size: 11px;
  font-variant-numeric: tabular-nums; }
svg .grid { stroke: var(--line); stroke-width: 1; }
@media (max-width: 560px) {
  main { padding: 16px 12px 48px; }
  h1 { font-size: 22px; }
  .figures dd { font-size: 20px; }
}
@media print { body { background: #fff; } .card { break-inside: avoid; } }
"""
