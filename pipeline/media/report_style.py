"""How the media report looks, beyond what all report pages have."""

from __future__ import annotations

STYLE = """
h2 { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; }
.verdict { font-size: 13px; font-weight: 600; padding: 1px 10px; border-radius: 99px;
  border: 1px solid var(--line); background: var(--card); }
p.lead { color: var(--ink); font-size: 16px; }
.figures { grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); }
.figures dd { font-size: 21px; }
.figures dd.more { font-size: 12.5px; font-weight: 400; color: var(--faint); line-height: 1.35; }
.figures + * { margin-top: 14px; }
.card h3 { margin: 2px 0 10px; }
.card p:last-child, .card .legend:last-child { margin-bottom: 2px; }
.legend i { background: none; border-radius: 0; }
.legend .of-source { background: var(--line); border-top: 2px solid var(--faint); }
.legend .of-replay { background: color-mix(in srgb, var(--accent) 40%, transparent);
  border-top: 2px solid var(--accent); }
.legend .of-window { background: color-mix(in srgb, var(--warm) 30%, transparent);
  border: 1px solid var(--warm); }
.legend .of-pitch { background: color-mix(in srgb, var(--good) 40%, transparent);
  border-left: 3px solid var(--good); }
.legend .of-keyframe { width: 10px; border-left: 2px solid var(--accent); }
.legend .of-probe { width: 11px; height: 11px; border-radius: 50%; background: var(--accent); }
.legend .of-chosen { width: 11px; height: 11px; border: 2px solid var(--ink);
  transform: rotate(45deg); }
.legend .of-reached { width: 10px; height: 10px; background: var(--good); }
.legend .of-target { background: color-mix(in srgb, var(--good) 18%, transparent);
  border-top: 2px dashed var(--good); }
.legend .of-worst { width: 10px; border-left: 1.5px solid var(--faint);
  border-bottom: 1.5px solid var(--faint); }
:root { --warm: #b7791f; }
@media (prefers-color-scheme: dark) { :root { --warm: #e0a94a; } }
.scroll + p { margin-top: 10px; }
td.words, th.words { text-align: left; white-space: normal; }
td.passed { color: var(--good); font-weight: 600; }
td.failed { color: var(--bad); font-weight: 600; }
tr.chosen td { font-weight: 650; }
svg.quality { max-width: 580px; margin: 0 auto; }
svg.rate { min-width: 820px; }
svg .band { fill: var(--good); fill-opacity: .16; }
svg .target { stroke: var(--good); stroke-width: 1.5; stroke-dasharray: 6 4; }
svg .curve { fill: none; stroke: var(--accent); stroke-width: 1.5; opacity: .5; }
svg .probe { fill: var(--accent); stroke: var(--card); stroke-width: 1.5; }
svg .number { text-anchor: middle; dominant-baseline: central; font-weight: 650; }
svg .whisker { stroke: var(--faint); opacity: .7; }
svg polygon.chosen { fill: none; stroke: var(--ink); stroke-width: 2; }
svg .reached { fill: var(--good); stroke: var(--card); stroke-width: 1.5; }
svg .area { stroke-width: 1.5; }
svg .source { fill: var(--line); stroke: var(--faint); }
svg .replay { fill: var(--accent); fill-opacity: .35; stroke: var(--accent); }
svg .window { fill: var(--warm); fill-opacity: .22; stroke: var(--warm); stroke-width: .75; }
svg .pitch { fill: var(--good); fill-opacity: .35; }
svg .jump { stroke: var(--good); stroke-width: 3; }
svg .keyframe { fill: none; stroke: var(--faint); stroke-width: 1; opacity: .75; }
svg .asked { stroke: var(--accent); stroke-width: 2; opacity: 1; }
.moments { display: grid; gap: 14px;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 520px), 1fr)); }
.pair { margin: 0; }
.pair h3 { display: flex; gap: 10px; margin: 0 0 10px; }
.pair time { font-variant-numeric: tabular-nums; color: var(--faint); font-weight: 400; }
.pictures { display: flex; gap: 10px; align-items: flex-start; overflow-x: auto; }
.pictures figure { margin: 0; flex: 1 1 0; min-width: 96px; max-width: 360px; }
.pictures img { display: block; width: 100%; height: auto; border-radius: 6px; }
.pictures figcaption { color: var(--faint); font-size: 12.5px; margin-top: 4px; }
.pictures .none { display: grid; place-items: center; border: 1px dashed var(--line);
  border-radius: 6px; color: var(--faint); font-size: 13px; min-height: 120px; padding: 12px;
  text-align: center; }
dl.glossary { display: grid; gap: 0 20px; margin: 0;
  grid-template-columns: minmax(110px, max-content) minmax(0, 76ch); }
dl.glossary dt, dl.glossary dd { padding: 7px 0; border-top: 1px solid var(--line); margin: 0; }
dl.glossary dt { font-weight: 600; }
dl.glossary dt:first-of-type, dl.glossary dd:first-of-type { border-top: 0; }
@media (max-width: 560px) {
  dl.glossary { display: block; }
  dl.glossary dd { border-top: 0; padding-top: 0; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figures dd { font-size: 18px; }
}
@media print { .pictures { overflow: visible; } }
"""
