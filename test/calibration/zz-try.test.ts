import { test } from 'vitest';
import { areas, macroF1s, rootMeans } from './grid.ts';
import { alertRecalls, averagePrecisions } from './ranking-grid.ts';
import { failures, measure } from './measure.ts';
const which = process.env['FAM'] ?? '';
const runs = Number(process.env['RUNS'] ?? 100);
const fam = { areas, macroF1s, rootMeans, alertRecalls, averagePrecisions }[which];
test('try', () => {
  const worst = { upper: 0, lower: 0, strictUpper: 0, strictLower: 0, fixedUpper: 0, fixedLower: 0 };
  for (const [i, c] of (fam?.cells ?? []).entries()) {
    if (c.scenario.traffic.units > Number(process.env['MOST'] ?? 1000)) continue;
    if (process.env['ONLY'] !== undefined && !c.title.includes(process.env['ONLY'])) continue;
    const r = measure(c.scenario, runs, 5 + i);
    for (const k of Object.keys(worst) as (keyof typeof worst)[]) worst[k] = Math.max(worst[k], r[k]);
    const f = [...failures(r, 'sequential'), ...failures(r, 'fixed').map((x) => `fixed ${x}`)];
    if (f.length > 0) process.stdout.write(`FAIL ${which} ${c.title} ${JSON.stringify(r)} ${f.join()}\n`);
  }
  process.stdout.write(`WORST ${which} ${JSON.stringify(worst)}\n`);
}, 3_000_000);
