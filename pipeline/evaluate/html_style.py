"""How the report looks, beyond what all report pages have."""

from __future__ import annotations

STYLE = """
tr.total td { font-weight: 650; border-top: 2px solid var(--line); }
tr.first td { font-weight: 650; }
td.bar { background: linear-gradient(90deg,
  color-mix(in srgb, var(--accent) 26%, transparent) var(--share), transparent var(--share)); }
td.shade { background: color-mix(in srgb, var(--accent) var(--share), transparent); }
td.own { font-style: italic; opacity: .6; }
ul.faults { list-style: none; margin: 0; padding: 0; }
ul.faults li { padding: 5px 0; border-top: 1px solid var(--line); }
ul.faults li:first-child { border-top: 0; }
ul.faults time { display: inline-block; min-width: 112px; font-variant-numeric: tabular-nums; }
ul.faults small { display: block; color: var(--faint); font-size: 13px; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 6px; }
.legend .is-wrong { outline: 2px solid var(--bad); outline-offset: -1px; }
.legend .is-missed { outline: 2px dashed var(--bad); outline-offset: -1px; }
.legend .is-review { opacity: .45; }
svg.reliability { max-width: 340px; margin: 0 auto; }
svg .title { fill: #14171c; dominant-baseline: central; pointer-events: none; }
svg .wrong { stroke: var(--bad); stroke-width: 2.5; }
svg .missed { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 5 3; }
svg .faint { opacity: .45; }
svg .faint:hover { opacity: 1; }
svg .point { fill: var(--ink); stroke: var(--card); stroke-width: 1; }
svg .tick { stroke-width: 2.2; }
svg .ideal { stroke: var(--faint); stroke-dasharray: 4 4; }
svg .curve { fill: none; stroke: var(--accent); stroke-width: 1.5; opacity: .6; }
svg .dot { fill: var(--accent); fill-opacity: .75; stroke: var(--card); }
"""
