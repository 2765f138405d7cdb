import { beforeEach, describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { evidenceText } from '../../src/report/evidence/evidence-text.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { serializeEvidence } from '../../src/report/document/serialize-evidence.ts';
import type { TestRollout } from '../fixtures/test-rollout.ts';
import { checkOf, type PlantedRecord, plantedRollout, seeded } from './planted-log.ts';

const hour = 3_600_000;
const october = Date.parse('2026-10-01T00:00:00Z');
const november = Date.parse('2026-11-01T00:00:00Z');
const source = { requests: '{ source: now.jsonl }' };
const against = (more = '') => ({ drift: `{ reference: then.jsonl${more} }` });

interface Moment {
  /** Hours since the log's beginning. */
  readonly hours: number;
  readonly random: () => number;
}

/** Four requests of each of 400 users over a week, with what a test plants. */
function weekOf(start: number, prefix: string, seed: number, planted: (moment: Moment) => PlantedRecord = () => ({})) {
  const random = seeded(seed);
  return Array.from({ length: 1600 }, (_, index): PlantedRecord => {
    const hours = random() * 168;
    const label = random() < 0.6 ? 'a' : 'b';
    const own = planted({ hours, random });
    const truth = own['label'] ?? label;
    const answer = (right: number) => ({ prediction: random() < right ? truth : 'c', latency_ms: 40 });
    return {
      request_id: `${prefix}${index}`,
      timestamp: start + Math.floor(hours * hour),
      user_id: `u${index % 400}`,
      label,
      input: { text: `${index} ${'x'.repeat(20 + Math.floor(random() * 60))}`, wait: 1 + Math.exp(2 * random()) },
      context: { device: random() < 0.3 ? 'ios' : 'android' },
      outcomes: { '1.0.0': answer(0.9), '1.1.0': answer(0.9) },
      ...own,
    };
  });
}

function featureOf({ drift }: Evidence, name: string) {
  const found = drift?.features.find((feature) => feature.name === name);
  if (found === undefined) throw new Error(`${name} was not compared`);
  return found;
}

let rollout: TestRollout;
beforeEach(() => {
  rollout = plantedRollout().write('then.jsonl', weekOf(october, 't', 1));
});

describe('drift against an earlier log', () => {
  test('of the same world finds nothing, in every field of the log', async () => {
    rollout.write('now.jsonl', weekOf(november, 'n', 2));
    const evidence = await rollout.evaluate({ ...source, ...against() });
    expect(checkOf(evidence, 'drift').status).toBe('pass');
    const compared = evidence.drift?.features.map(({ name, kind }) => `${name}: ${kind}`).toSorted();
    expect(compared).toEqual([
      'context.device: categorical',
      'input.text: text length',
      'input.wait: numeric',
      'label: categorical',
      'prediction: categorical',
    ]);
    expect(evidence.drift?.quality).toMatchObject({ metric: 'accuracy', moved: false });
    expect(evidence.verdict.decision).toBe('increase');
    // The document survives its own schema, and reads back the same.
    expect(parseEvidence(serializeEvidence(evidence), 'e.json').drift).toEqual(evidence.drift);
  });

  test('names a field whose unit changed from seconds to milliseconds, first of all', async () => {
    rollout.write(
      'now.jsonl',
      weekOf(november, 'n', 2, ({ random }) => ({
        input: { text: 'abc'.repeat(15), wait: 1000 * (1 + Math.exp(2 * random())) },
      })),
    );
    const evidence = await rollout.evaluate({
      ...source,
      ...against(', features: [input.wait, context.device]'),
    });
    expect(evidence.drift?.features[0]).toMatchObject({ name: 'input.wait', moved: true, kind: 'numeric' });
    const { status, detail } = checkOf(evidence, 'drift');
    expect(status).toBe('warn');
    expect(detail).toContain("its median is 1,000 times the reference's, as after a change of unit");
    const text = evidenceText(
      evidence,
      { color: 0, columns: 80, unicode: true },
      { planFile: 'plan.yaml', verbose: true },
    );
    expect(text).toContain('reference ');
    expect(text).toMatch(/now {7}▁+█/u);
    expect(text).toContain('PSI = sum of (c - r) ln(c / r)');
  });

  test('holds where the plan says so', async () => {
    rollout.write(
      'now.jsonl',
      weekOf(november, 'n', 2, () => ({ context: { device: 'ios' } })),
    );
    const evidence = await rollout.evaluate({ ...source, ...against(', action: hold') });
    expect(checkOf(evidence, 'drift')).toMatchObject({
      status: 'hold',
      detail: expect.stringContaining('context.device moved'),
    });
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('names a text that got longer by its length', async () => {
    rollout.write(
      'now.jsonl',
      weekOf(november, 'n', 2, ({ random }) => ({
        input: { text: 'x'.repeat(70 + Math.floor(random() * 60)), wait: 2 },
      })),
    );
    const evidence = await rollout.evaluate({
      ...source,
      ...against(', features: [input.text]'),
    });
    expect(checkOf(evidence, 'drift').detail).toContain('input.text (text length) moved');
  });

  test('names a field that went missing and a category that is new', async () => {
    rollout.write(
      'now.jsonl',
      weekOf(november, 'n', 2, ({ random }) => ({
        input: { text: 'hello' },
        context: { device: random() < 0.5 ? 'tv' : 'ios' },
      })),
    );
    const evidence = await rollout.evaluate({ ...source, ...against() });
    expect(featureOf(evidence, 'input.wait')).toMatchObject({ moved: true });
    expect(featureOf(evidence, 'input.wait').bins.find(({ label }) => label === '(missing)')?.current).toBe(1);
    expect(featureOf(evidence, 'context.device').bins.find(({ label }) => label === '(new)')?.current).toBeCloseTo(
      0.5,
      1,
    );
  });

  test('counts a record once that the log holds twice', async () => {
    const now = weekOf(november, 'n', 2);
    rollout.write('now.jsonl', [...now, ...now.slice(0, 300)]);
    const evidence = await rollout.evaluate({ ...source, ...against() });
    expect(evidence.drift?.current.requests).toBe(now.length);
  });

  test('names a candidate that answers otherwise than the baseline', async () => {
    rollout.write(
      'now.jsonl',
      weekOf(november, 'n', 2, ({ random }) => ({
        outcomes: {
          '1.0.0': { prediction: random() < 0.5 ? 'a' : 'b' },
          '1.1.0': { prediction: random() < 0.1 ? 'a' : 'b' },
        },
      })),
    );
    const evidence = await rollout.evaluate({ ...source, ...against() });
    expect(featureOf(evidence, 'prediction')).toMatchObject({ about: 'prediction', moved: true });
    expect(checkOf(evidence, 'drift').detail).toContain("the candidate's predictions differ from the baseline's");
  });
});

describe('drift over a week', () => {
  test('names labels that shift, against the first days of the same log', async () => {
    rollout.write(
      'now.jsonl',
      weekOf(november, 'n', 2, ({ hours, random }) => ({ label: random() < 0.8 - (0.7 * hours) / 168 ? 'a' : 'b' })),
    );
    const evidence = await rollout.evaluate({
      requests: '{ source: now.jsonl, from: 2026-11-04 }',
      drift: '{ reference: { to: 2026-11-03 } }',
    });
    expect(featureOf(evidence, 'label')).toMatchObject({ about: 'label', moved: true });
    expect(checkOf(evidence, 'drift').detail).toContain('the mix of labels moved');
  });

  test('names a baseline whose accuracy falls as the world changes', async () => {
    rollout.write(
      'now.jsonl',
      weekOf(november, 'n', 2, ({ hours, random }) => {
        const right = 0.95 - (0.4 * hours) / 168;
        const answer = { prediction: random() < right ? 'a' : 'b' };
        return { label: 'a', outcomes: { '1.0.0': answer, '1.1.0': answer } };
      }),
    );
    const evidence = await rollout.evaluate({
      ...source,
      ...against(', features: [context.device]'),
    });
    const quality = evidence.drift?.quality;
    expect(quality).toMatchObject({ metric: 'accuracy', moved: true });
    expect(quality?.change).toBeCloseTo(-0.2, 1);
    expect(quality?.periods).toHaveLength(8);
    expect(checkOf(evidence, 'drift').detail).toContain("the baseline's accuracy moved from");
  });
});

describe('a reference that cannot be one', () => {
  test('because it holds requests of now', async () => {
    rollout.write('now.jsonl', [...weekOf(november, 'n', 2), ...weekOf(october, 't', 1).slice(0, 3)]);
    await expect(rollout.evaluate({ ...source, ...against() })).rejects.toThrow(
      /drift\.reference overlaps what is judged now: 3 requests are in both, such as t0/u,
    );
  });

  test('because its window overlaps the one that is judged', async () => {
    rollout.write('now.jsonl', weekOf(november, 'n', 2));
    const later = { requests: '{ source: now.jsonl, from: 2026-11-02 }' };
    await expect(rollout.evaluate({ ...later, drift: '{ reference: { to: 2026-11-03 } }' })).rejects.toMatchObject({
      diagnostics: [
        expect.objectContaining({
          line: 11,
          message: expect.stringContaining('overlaps what stage shadow judges'),
          hint: expect.stringContaining('from: 2026-11-03'),
        }),
      ],
    });
  });

  test('because no request is in its window', async () => {
    rollout.write('now.jsonl', weekOf(november, 'n', 2));
    const later = { requests: '{ source: now.jsonl, from: 2026-11-02 }' };
    await expect(rollout.evaluate({ ...later, drift: '{ reference: { to: 2020-01-01 } }' })).rejects.toThrow(
      'drift.reference has no request to compare',
    );
  });

  test('a feature that is not in the log is told with the nearest that is', async () => {
    rollout.write('now.jsonl', weekOf(november, 'n', 2));
    await expect(rollout.evaluate({ ...source, ...against(', features: [input.wiat]') })).rejects.toMatchObject({
      message: expect.stringContaining('no record has the field input.wiat, which drift.features names'),
      hint: expect.stringContaining('did you mean input.wait?'),
    });
  });

  test('thresholds out of range are told with what to write', async () => {
    rollout.write('now.jsonl', weekOf(november, 'n', 2));
    const wrong = { drift: '{ reference: then.jsonl, thresholds: { psi: 0, ks: 1.5, psl: 1 }, action: stop }' };
    await expect(rollout.evaluate({ ...source, ...wrong })).rejects.toMatchObject({
      diagnostics: [
        expect.objectContaining({ message: 'psi: 0 is not above 0', hint: 'write psi: 0.2' }),
        expect.objectContaining({ message: 'ks: 1.5 is above 1' }),
        expect.objectContaining({ message: 'unknown key psl in drift.thresholds', hint: 'did you mean psi?' }),
        expect.objectContaining({ message: 'action: stop is not one of the choices' }),
      ],
    });
  });
});
