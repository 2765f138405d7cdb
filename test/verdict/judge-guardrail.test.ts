import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Estimate, NeededData } from '../../src/domain/estimate.ts';
import { type Metric, parseMetric } from '../../src/domain/metric.ts';
import type { Bound, Guardrail } from '../../src/domain/plan.ts';
import { judgeGuardrail } from '../../src/verdict/judge-guardrail.ts';

function metric(id: string): Metric {
  const parsed = parseMetric(id);
  if (parsed === undefined) throw new Error(`no metric ${id}`);
  return parsed;
}

function guardrail(id: string, bound: Bound, rule: Guardrail['test'] = 'interval'): Guardrail {
  return { metric: metric(id), bounds: [bound], segments: [], onBreach: 'rollback', test: rule };
}

function estimated(value: number, low: number, high: number, needed?: NeededData): Estimate {
  return { kind: 'estimated', value, low, high, units: 500, requests: 5000, needed };
}

function judge(id: string, bound: Bound, estimate: Estimate, rule: Guardrail['test'] = 'interval') {
  return judgeGuardrail({ guardrail: guardrail(id, bound, rule), bound, segment: null, estimate, confidence: 0.95 });
}

const p95AtMost120: Bound = { kind: 'max', value: 120, relative: false };
const accuracyDown1pp: Bound = { kind: 'maxDecrease', value: 0.01, relative: false };

describe('an upper limit', () => {
  test('passes when the whole interval is within it, the limit itself included', () => {
    expect(judge('latency.p95', p95AtMost120, estimated(118, 116, 120))).toMatchObject({ status: 'pass' });
  });

  test('is breached when the whole interval is beyond it', () => {
    expect(judge('latency.p95', p95AtMost120, estimated(131, 127, 135))).toMatchObject({ status: 'breach' });
  });

  test('is inconclusive when the interval crosses it', () => {
    expect(judge('latency.p95', p95AtMost120, estimated(118, 116, 121))).toMatchObject({ status: 'inconclusive' });
  });
});

describe('a lower limit', () => {
  test('passes on an increase, however large', () => {
    expect(judge('accuracy', accuracyDown1pp, estimated(0.02, -0.01, 0.05))).toMatchObject({ status: 'pass' });
  });

  test('is breached when even the best that is possible is too low', () => {
    expect(judge('accuracy', accuracyDown1pp, estimated(-0.08, -0.1, -0.05))).toMatchObject({ status: 'breach' });
  });

  test('is inconclusive when the worst that is possible is too low', () => {
    expect(judge('accuracy', accuracyDown1pp, estimated(0, -0.02, 0.02))).toMatchObject({ status: 'inconclusive' });
  });
});

describe('missing evidence', () => {
  test('a value without an interval is inconclusive, however good it looks', () => {
    const estimate: Estimate = { kind: 'unbounded', value: 0.1, units: 5, requests: 50, reason: '5 units' };
    expect(judge('accuracy', accuracyDown1pp, estimate)).toMatchObject({ status: 'inconclusive', value: 0.1 });
  });

  test('no number is uncomputable, also for the plain rule', () => {
    const estimate: Estimate = { kind: 'uncomputable', reason: 'no request was answered' };
    for (const rule of ['interval', 'point'] as const) {
      const result = judge('accuracy', accuracyDown1pp, estimate, rule);
      expect(result.status).toBe('uncomputable');
      expect(result).not.toHaveProperty('value');
      expect(result.reason).toContain('no request was answered');
    }
  });

  test('NaN anywhere never passes and never breaches', () => {
    const number = fc.constantFrom(Number.NaN, -1, 0, 0.5, Infinity, -Infinity);
    fc.assert(
      fc.property(
        number,
        number,
        number,
        fc.constantFrom('max', 'min', 'maxIncrease', 'maxDecrease'),
        (value, low, high, kind) => {
          fc.pre([value, low, high].some(Number.isNaN));
          const { status } = judge('accuracy', { kind, value: 0.01, relative: false }, estimated(value, low, high));
          expect(['uncomputable', 'inconclusive']).toContain(status);
        },
      ),
    );
  });
});

describe('the plain rule', () => {
  test('compares the observed value and nothing else', () => {
    expect(judge('latency.p95', p95AtMost120, estimated(120, 90, 150), 'point')).toMatchObject({ status: 'pass' });
    expect(judge('latency.p95', p95AtMost120, estimated(120.001, 90, 150), 'point')).toMatchObject({
      status: 'breach',
    });
  });
});

describe('the reason', () => {
  test('says what was found, what is allowed and what follows', () => {
    const { reason } = judge('latency.p95', p95AtMost120, estimated(118, 116, 119));
    expect(reason).toBe('latency.p95 is 118.0 ms and at worst 119.0 ms at 95% confidence; allowed: max 120 ms: pass');
  });

  test('names the segment', () => {
    const bound = accuracyDown1pp;
    const estimate = estimated(-0.081, -0.11, -0.052);
    const segment = { locale: 'de-DE' };
    const { reason } = judgeGuardrail({
      guardrail: guardrail('accuracy', bound),
      bound,
      segment,
      estimate,
      confidence: 0.95,
    });
    expect(reason).toBe(
      'accuracy for locale=de-DE changed by -8.10 pp and at best -5.20 pp; allowed: max decrease 1 pp: breach',
    );
  });

  test('tells the data that is missing', () => {
    const estimate = estimated(0, -0.02, 0.02, { units: 810, requests: 6900 });
    const { reason, needed } = judge('accuracy', accuracyDown1pp, estimate);
    expect(reason).toContain('about 1,900 more requests from 310 more users would decide it');
    expect(needed).toEqual({ units: 810, requests: 6900 });
  });

  test('says that no amount of data decides a candidate that sits on its bound', () => {
    const estimate = estimated(-0.01, -0.02, 0.02, { units: null, requests: null });
    expect(judge('accuracy', accuracyDown1pp, estimate).reason).toContain('which no amount of data can decide');
  });
});

test('worse data never improves a status', () => {
  const order = { pass: 0, inconclusive: 1, breach: 2, uncomputable: 3, 'not-applicable': 4 } as const;
  const interval = fc.tuple(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  fc.assert(
    fc.property(
      interval,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      ([value, below, above], worsening, upper) => {
        const bound: Bound = { kind: upper ? 'maxIncrease' : 'maxDecrease', value: 0.2, relative: false };
        const shift = upper ? worsening : -worsening;
        const before = judge('accuracy', bound, estimated(value, value - below, value + above)).status;
        const after = judge(
          'accuracy',
          bound,
          estimated(value + shift, value - below + shift, value + above + shift),
        ).status;
        expect(order[after]).toBeGreaterThanOrEqual(order[before]);
      },
    ),
  );
});
