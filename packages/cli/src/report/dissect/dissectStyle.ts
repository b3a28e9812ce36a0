/** The rules of the report of a dissection, beside those of every report. */
export const dissectStyle = /* css */ `
:lang(zh) { text-autospace: normal; }
.c4 { --c: var(--c4); } .c5 { --c: var(--c5); }
.tabs { display: flex; flex-wrap: wrap; gap: 8px; }
.tabs > input { position: absolute; opacity: 0; pointer-events: none; }
.tabs > label { cursor: pointer; padding: 4px 14px; border: 1px solid var(--line); border-radius: 99px; font-size: .86rem; color: var(--soft); background: var(--card); }
.tabs > label:hover { border-color: var(--accent); }
.tabs > input:checked + label { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 600; }
.tabs > input:focus-visible + label { outline: 2px solid var(--accent); outline-offset: 2px; }
.tab { order: 1; flex: 0 0 100%; min-width: 0; display: none; margin-top: 14px; }
.tabs > input:checked + label + .tab { display: block; }
.on-paper { display: none; margin-bottom: 10px; }

.liked { --c: var(--good); } .disliked { --c: var(--bad); }
.map rect { fill: var(--c); } .map text { font-size: 11.5px; fill: var(--ink); } .map text.label { font-size: 13px; fill: var(--soft); } .map text.head { fill: var(--soft); }
.map text.on, .similarity text.on { fill: var(--card); }
.map .unsure text { fill: var(--faint); } .map .unsure text.on { fill: var(--card); }
.similarity rect { fill: var(--accent); } .similarity text { font-size: 9.5px; } .similarity rect.kind { fill: var(--c); }
.similarity text.label { font-size: 12px; } .similarity text.head { font-size: 12px; }
.tree { fill: none; stroke: var(--faint); stroke-width: 1.2; stroke-linejoin: round; }
.kind-keys { display: flex; flex-wrap: wrap; gap: 2px 26px; margin-bottom: 6px; }
svg .stripe { fill: var(--wash); opacity: .45; }
svg .most { stroke: var(--c); stroke-width: 1.8; opacity: .5; stroke-linecap: round; }
svg .half { stroke: var(--c); stroke-width: 5; opacity: .45; stroke-linecap: round; }
.properties text.label { font-size: 13px; fill: var(--soft); } .properties .reference { stroke: var(--bad); stroke-dasharray: 4 4; stroke-width: 1.2; }
.properties circle { fill-opacity: .85; }
.scatter text.name { font-size: 11.5px; fill: var(--soft); } .scatter .most { opacity: .22; } .scatter text.axis { fill: var(--soft); font-weight: 600; }
.strengths text.label { font-size: 12.5px; fill: var(--soft); } .strengths text.base { font-size: 12.5px; fill: var(--ink); font-weight: 600; }
.strengths .step { stroke: var(--c1); stroke-width: 2; opacity: .25; }

.shown-judges .c0 { --c: var(--c1); } .shown-judges .c1 { --c: var(--c2); } .shown-judges .c2 { --c: var(--c3); } .shown-judges .c3 { --c: var(--c4); } .shown-judges .c4 { --c: var(--c5); }
.portraits { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 16px; }
.portrait { padding: 20px 22px; border-top: 4px solid var(--c); }
.portrait h4 { margin: 14px 0 4px; font: 600 .74rem var(--sans); letter-spacing: .08em; text-transform: uppercase; color: var(--faint); }
.portrait ol { list-style: none; margin: 0; padding: 0; }
.portrait li { display: flex; gap: 12px; justify-content: space-between; line-height: 1.7; }
.portrait li b { font-weight: 600; color: var(--c); }
.kinds { display: grid; gap: 30px; } .kinds h3 { font: 600 .95rem var(--sans); letter-spacing: 0; margin-bottom: 10px; }
.panel-title { font: 600 .95rem var(--sans); margin: 0 0 12px; }

.sample-head { display: flex; align-items: baseline; gap: 12px; padding: 16px 26px; border-bottom: 1px solid var(--line); }
.sample-head h3 { font: 600 .95rem var(--sans); letter-spacing: 0; }
.sample .prompt { max-height: 14rem; overflow: auto; } .side .text { max-height: 22rem; overflow: auto; }
.sample .text { font-size: .98rem; }
.decided { padding: 14px 26px 20px; border-top: 1px solid var(--line); }
.waterfall { font-size: .88rem; } .waterfall th, .waterfall td { width: auto; padding: 4px 0 4px 18px; vertical-align: middle; overflow-wrap: normal; }
.waterfall tr > :first-child { padding-left: 0; white-space: nowrap; } .waterfall thead th { font-size: .8rem; color: var(--faint); } .waterfall tbody tr > * { border-top: 1px solid var(--line); }
.waterfall td:has(.fall) { min-width: 12rem; }
.waterfall tfoot td { border-top: 2px solid var(--line); padding-top: 8px; } .waterfall small { color: var(--faint); }
.fall { position: relative; display: inline-block; width: calc(100% - 3.6rem); height: 14px; vertical-align: middle; }
.fall::before { content: ""; position: absolute; left: 50%; top: -6px; bottom: -6px; border-left: 1px dashed var(--faint); }
.fall i { position: absolute; top: 0; bottom: 0; min-width: 2px; border-radius: 3px; }
.fall i, .plus .fall i { background: var(--good); left: auto; } .minus .fall i { background: var(--bad); right: auto; }
.waterfall .reading { display: inline-block; width: 3.4rem; text-align: right; font-weight: 600; }
.waterfall .plus .reading { color: var(--good); } .waterfall .minus .reading { color: var(--bad); }
.waterfall .cut-off { margin: 0; white-space: nowrap; }

@media (max-width: 760px) { .tabs > label { padding: 3px 10px; } .sample-head, .decided { padding-inline: 18px; } }
@media print { .tabs { display: block; } .tabs > label { display: none; } .tab { display: block; } .on-paper { display: block; } .sample .prompt, .side .text { max-height: none; } }
`;
