/**
 * The look of every report. One warm paper and one warm dark, chosen by the reader's system; colours are told apart
 * also by those who see red and green alike, and by their lightness in print. c0 is what training started from; among
 * systems the second is not c2, which means "minus" elsewhere.
 */
export const style = /* css */ `
:root {
  color-scheme: light dark;
  --paper: #faf8f3; --card: #fffefb; --ink: #23211d; --soft: #57534a; --faint: #857f72; --line: #e5e0d5; --wash: #f1ede3;
  --accent: #0d6e66; --accent-wash: #e2efec; --c0: #a39a88; --c1: #0d6e66; --c2: #b4572d; --c3: #4c5fa8; --c4: #a87a12; --c5: #8d4a86;
  --good: #0d6e66; --bad: #b4572d; --warn: #8a6100; --warn-wash: #f8eed6;
  --serif: "Iowan Old Style", Charter, "Bitstream Charter", "Palatino Linotype", Palatino, Georgia, "Noto Serif", "Liberation Serif", "Songti SC", "Noto Serif CJK SC", serif;
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, "PingFang SC", "Noto Sans CJK SC", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171613; --card: #1f1e1a; --ink: #ece7db; --soft: #b9b2a3; --faint: #8d8678; --line: #35322b; --wash: #26241f;
    --accent: #5cc4b4; --accent-wash: #1c322e; --c0: #8d8678; --c1: #5cc4b4; --c2: #e58f62; --c3: #95a7ef; --c4: #dcb04f; --c5: #d593cc;
    --good: #5cc4b4; --bad: #e58f62; --warn: #e3b85c; --warn-wash: #322a18;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 var(--sans); font-variant-numeric: tabular-nums lining-nums; }
main { max-width: 1080px; margin: 0 auto; padding: 72px 32px 96px; }
h1, h2, h3 { font-family: var(--serif); font-weight: 600; line-height: 1.15; letter-spacing: -0.012em; text-wrap: balance; }
h1 { font-size: clamp(2.1rem, 5vw, 3.1rem); margin: 0 0 20px; }
h2 { font-size: 1.65rem; margin: 0 0 6px; }
h3 { font-size: 1.1rem; margin: 0; }
p { margin: 0 0 1em; max-width: 44rem; }
section { margin-top: 76px; }
section > p { color: var(--soft); margin-bottom: 24px; }
section > h2 + :not(p) { margin-top: 20px; }
section > .note { margin: 14px 0 0; }
.eyebrow { font-size: .78rem; letter-spacing: .12em; text-transform: uppercase; color: var(--accent); font-weight: 600; margin: 0 0 14px; }
.lede { font-family: var(--serif); font-size: 1.3rem; line-height: 1.5; color: var(--soft); max-width: 46rem; }
.lede b { color: var(--ink); font-weight: 600; }
.unit, .note, small { color: var(--faint); font-size: .82rem; font-weight: 400; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
.grid2 { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px; }
.wide { grid-column: 1 / -1; }

.hero { margin-top: 44px; padding: 30px 38px 26px; }
.hero .caption { margin: 0 0 14px; color: var(--soft); }
.below { margin-top: 20px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 16px; margin-top: 20px; }
.stat { padding: 18px 20px; }
.stat .name { color: var(--soft); font-size: .86rem; }
.stat .value { display: block; font-family: var(--serif); font-size: 1.75rem; line-height: 1.25; margin: 2px 0; }
.stat .detail { display: block; color: var(--faint); font-size: .8rem; line-height: 1.4; }

.key { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; }
.key::before { content: ""; width: 10px; height: 10px; border-radius: 3px; background: var(--c); }
.keys { display: inline-flex; flex-wrap: wrap; gap: 2px 14px; color: var(--soft); font-size: .82rem; }
.c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); }
.systems .c2 { --c: var(--c3); } .systems .c3 { --c: var(--c4); } .systems .c4 { --c: var(--c5); }
.first-c1 .c0 { --c: var(--c1); } .first-c1 .c1 { --c: var(--c2); } .first-c1 .c2 { --c: var(--c3); }

figure { margin: 0; padding: 18px 20px 14px; background: var(--card); border: 1px solid var(--line); border-radius: 14px; break-inside: avoid; display: flex; flex-direction: column; }
figure svg { margin-top: auto; }
figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; margin-bottom: 10px; line-height: 1.4; }
figcaption .keys { margin-left: auto; }
figcaption .keys b { color: var(--ink); font-weight: 600; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 12px var(--sans); fill: var(--faint); font-variant-numeric: tabular-nums; }
svg text.axis { font-size: 11px; }
.grid { stroke: var(--line); stroke-width: 1; }
.reference { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 4; }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.raw { fill: none; stroke: var(--c); stroke-width: 1; opacity: .28; stroke-linejoin: round; }
.area { fill: var(--c); opacity: .16; }
.stage { font-weight: 600; fill: var(--soft); }
.dots { fill: none; stroke: var(--c); stroke-width: 3.2; stroke-linecap: round; opacity: .3; } .dots.flagged { opacity: .85; }
.bars { fill: var(--c); }
.median { stroke: var(--c); stroke-width: 1.5; stroke-dasharray: 2 3; }
svg circle { fill: var(--c); }

.intervals { display: grid; grid-template-columns: minmax(120px, 15rem) 1fr auto; gap: 10px 24px; }
.intervals > * { grid-column: 1 / -1; }
.interval-row { display: grid; grid-template-columns: subgrid; align-items: center; }
.interval-row .label { line-height: 1.35; }
.interval-row .reading { display: grid; text-align: right; white-space: nowrap; }
.interval-row .reading b { line-height: var(--lane); color: color-mix(in srgb, var(--c) 75%, var(--ink)); }
.interval-row .reading b:only-child { color: inherit; }
.intervals .keys { justify-content: flex-end; }
.intervals { --lane: 22px; }
.track { position: relative; }
.track i { position: absolute; }
.lane { position: relative; display: block; height: var(--lane); }
.lane::before { content: ""; position: absolute; left: 0; right: 0; top: calc(50% - .5px); height: 1px; background: var(--line); }
.lane .range { top: calc(50% - 4px); height: 8px; border-radius: 4px; background: var(--c); opacity: .32; }
.lane .dot { width: 12px; height: 12px; margin-left: -6px; top: calc(50% - 6px); border-radius: 50%; background: var(--c); box-shadow: 0 0 0 2px var(--card); }
.track .mark, .mark-key { border-left: 1px dashed var(--faint); }
.track .mark { top: -6px; bottom: -6px; z-index: 1; }
.mark-key { display: inline-block; height: 1em; vertical-align: -.15em; margin: 0 8px 0 2px; }
.axis-row .track { height: 18px; }
.stack .axis-row .label, .stack .axis-row .reading { display: none; }
.tick-label { transform: translateX(-50%); white-space: nowrap; font-style: normal; font-size: .78rem; color: var(--faint); }
.hero .intervals { --lane: 64px; grid-template-columns: auto auto 1fr; gap: 4px 26px; }
.hero .label { color: var(--soft); font-weight: 600; }
.hero .reading { order: 1; } .hero .track { order: 2; }
.hero .reading b, .hero .reading b:only-child { font: 400 clamp(2.6rem, 6vw, 3.9rem)/1.1 var(--serif); letter-spacing: -0.03em; color: var(--c); }
.hero .range { top: calc(50% - 8px); height: 16px; border-radius: 8px; }
.hero .dot { width: 20px; height: 20px; margin-left: -10px; top: calc(50% - 10px); }
.hero .note { margin: 4px 0 0; }
.panel { padding: 24px 26px; }
.panel > .note { margin: 14px 0 0; max-width: none; }
.stack { display: grid; gap: 28px; align-content: space-between; }
.stack h3, h3.training { font: 600 .95rem var(--sans); letter-spacing: 0; }
.stack h3 { margin-bottom: 14px; }
.stack .intervals { grid-template-columns: 1fr auto; gap: 2px 16px; }
.stack .track { grid-column: 1 / -1; order: 3; }
.calibration .c0 { --c: var(--c1); } .systems .calibration .c0 { --c: var(--c3); } .calibration figure { height: 100%; } .calibration svg { margin-block: auto; }
.systems .area { opacity: .06; }
h3.training { margin: 34px 0 14px; }

.rows { display: grid; gap: 20px; }
.stacked { display: grid; grid-template-columns: auto 1fr auto; gap: 14px 22px; align-items: center; margin-top: 18px; }
.stacked .bar { display: flex; gap: 2px; height: 18px; } .stacked .bar i { background: var(--c); border-radius: 4px; min-width: 3px; }
.stacked .reading { text-align: right; } .stacked .reading small { display: block; }

.weights { display: grid; gap: 14px; }
.weight { display: grid; grid-template-columns: minmax(150px, 20rem) 1fr 4rem; gap: 20px; align-items: center; }
.weight .meaning { display: block; color: var(--faint); font-size: .82rem; line-height: 1.4; }
.weight .reading { text-align: right; font-weight: 600; }
.balance { position: relative; height: 16px; }
.balance::before { content: ""; position: absolute; left: 50%; top: -7px; bottom: -7px; border-left: 1px solid var(--line); }
.balance i { position: absolute; top: 0; bottom: 0; border-radius: 4px; }
.plus i { left: 50%; background: var(--good); } .minus i { right: 50%; background: var(--bad); }
.plus.reading { color: var(--good); } .minus.reading { color: var(--bad); }

.callout { display: flex; gap: 14px; padding: 16px 20px; border-radius: 12px; background: var(--warn-wash); margin-bottom: 24px; line-height: 1.5; }
.callout b { color: var(--warn); white-space: nowrap; }

ol.steps { list-style: none; margin: 20px 0 0; padding: 8px 26px; counter-reset: step; }
ol.steps li { counter-increment: step; display: grid; grid-template-columns: 2rem 1fr 130px 5.4rem; gap: 4px 14px; align-items: baseline; padding: 14px 0; border-top: 1px solid var(--line); }
ol.steps li:first-child { border-top: 0; }
ol.steps li::before { content: counter(step); font-family: var(--serif); color: var(--accent); font-size: 1.1rem; }
ol.steps .detail { display: block; color: var(--faint); font-size: .86rem; line-height: 1.45; }
ol.steps time { text-align: right; color: var(--soft); white-space: nowrap; }
.share { height: 6px; border-radius: 3px; background: var(--wash); align-self: center; overflow: hidden; }
.share i { display: block; height: 100%; border-radius: 3px; background: var(--accent); min-width: 2px; }

.sample { margin-top: 20px; overflow: hidden; break-inside: avoid; }
.sample .prompt { padding: 18px 26px; border-bottom: 1px solid var(--line); background: var(--wash); font-family: var(--serif); }
.sample .prompt span { display: block; font: 600 .74rem var(--sans); letter-spacing: .1em; text-transform: uppercase; color: var(--faint); margin-bottom: 4px; }
.sides { display: flex; flex-wrap: wrap; gap: 1px; background: var(--line); }
.side { flex: 1 1 17rem; background: var(--card); padding: 20px 26px 22px; display: flex; flex-direction: column; }
.side header { display: flex; align-items: center; gap: 10px; margin-bottom: 10px; }
.side h3 { font: 600 .95rem var(--sans); letter-spacing: 0; }
.side .score { margin-left: auto; color: var(--soft); font-size: .86rem; }
.side .score b { color: var(--ink); font-size: 1rem; }
.preferred { font-size: .76rem; font-weight: 600; color: var(--accent); background: var(--accent-wash); border-radius: 99px; padding: 1px 10px; }
.cut-off { margin-left: auto; font-size: .76rem; font-weight: 600; color: var(--warn); background: var(--warn-wash); border-radius: 99px; padding: 1px 10px; }
.text { font-family: var(--serif); font-size: 1.05rem; line-height: 1.62; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; margin: 0; max-width: none; }
.side .text { margin-bottom: 16px; }
.why { display: flex; flex-wrap: wrap; gap: 6px; margin: auto 0 0; padding: 0; list-style: none; font-size: .8rem; }
.why li { border: 1px solid var(--line); border-radius: 99px; padding: 1px 10px; color: var(--soft); }
.why li b { font-weight: 600; } .why .plus b { color: var(--good); } .why .minus b { color: var(--bad); }
.side .asked { font-size: .92rem; color: var(--soft); padding-left: 14px; border-left: 2px solid var(--line); margin-bottom: 14px; }
details { margin-top: 20px; }
summary { cursor: pointer; color: var(--accent); font-weight: 600; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 4px; border-radius: 4px; }

table.numbers { font-variant-numeric: tabular-nums; }
.numbers th, .numbers td { width: auto; padding: 9px 0 9px 18px; text-align: right; white-space: nowrap; vertical-align: middle; overflow-wrap: normal; }
.numbers tr > :first-child { text-align: left; padding-left: 0; }
.numbers tbody th { color: var(--ink); font-weight: 600; }
.numbers thead th { font-size: .82rem; }
.numbers tbody tr > * { border-top: 1px solid var(--line); }
.scroll { overflow-x: auto; }
.shares { float: right; display: flex; width: 9rem; height: 8px; gap: 2px; margin: .5em 0 0 18px; }
.shares i { background: var(--c); border-radius: 2px; } .shares i:nth-child(2) { opacity: .4; } .shares i:nth-child(3) { background: var(--line); }
svg .range { stroke: var(--c); stroke-width: 2; opacity: .4; }

table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: 7px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:first-child > * { border-top: 0; }
th { font-weight: 400; color: var(--soft); width: 40%; padding-right: 20px; }
pre { margin: 0 0 16px; padding: 18px 22px; background: var(--wash); border: 1px solid var(--line); border-radius: 12px; font: .88rem/1.65 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
ul.caveats { margin: 20px 0 0; padding-left: 1.1em; max-width: 46rem; color: var(--soft); } ul.caveats li { margin-bottom: .6em; }
footer { margin-top: 88px; padding-top: 20px; border-top: 1px solid var(--line); color: var(--faint); font-size: .84rem; }

@media (max-width: 1000px) { .shares { display: none; } }
@media (max-width: 760px) {
  svg.broad { min-width: 640px; }
  main { padding: 40px 18px 64px; }
  section { margin-top: 56px; }
  .grid2 { grid-template-columns: minmax(0, 1fr); }
  .hero { padding: 26px 22px; }
  .intervals, .hero .intervals, .weight { grid-template-columns: 1fr auto; gap: 2px 16px; }
  .interval-row .track, .weight .balance { grid-column: 1 / -1; order: 3; }
  .interval-row .reading { display: flex; gap: .7em; }
  .hero .intervals { --lane: 34px; } .hero .axis-row .track { margin: 0 14px; }
  .numbers th, .numbers td { padding-left: 9px; font-size: .84rem; } .numbers small { display: block; white-space: normal; } .numbers thead :first-child { white-space: normal; }
  .axis-row .label, .axis-row .reading { display: none; }
  ol.steps li { grid-template-columns: 1.6rem 1fr auto; } ol.steps .share { display: none; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #333; --faint: #666; --line: #ccc; --wash: #f4f4f4;
    --accent: #0d6e66; --accent-wash: #e2efec; --c0: #a39a88; --c1: #0d6e66; --c2: #b4572d; --c3: #4c5fa8; --c4: #a87a12; --c5: #8d4a86;
    --good: #0d6e66; --bad: #b4572d; --warn: #8a6100; --warn-wash: #f8eed6; }
  @page { margin: 16mm 14mm; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { font-size: 10.5pt; } main { padding: 0; max-width: none; } section { margin-top: 32pt; }
  h2, h3 { break-after: avoid; } .hero, .panel, .stat { break-inside: avoid; }
}
`;
