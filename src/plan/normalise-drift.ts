import type { Drift, DriftReference } from '../domain/plan.ts';
import { planDefaults } from './defaults.ts';
import { readTime } from './time.ts';
import type { WrittenDrift } from './written-plan.ts';

/** What drift is measured against, with the defaults filled in. */
export function normaliseDrift({ reference, thresholds, ...written }: WrittenDrift): Drift {
  const defaults = planDefaults.drift;
  return {
    ...defaults,
    ...written,
    thresholds: { ...defaults.thresholds, ...thresholds },
    reference: normaliseReference(reference),
  };
}

function normaliseReference(written: WrittenDrift['reference']): DriftReference {
  if (typeof written === 'string') return { kind: 'files', source: [written] };
  if (!('from' in written || 'to' in written)) return { kind: 'files', source: Array.isArray(written) ? written : [] };
  const { from, to } = written;
  return {
    kind: 'window',
    ...(from === undefined ? {} : { from: moment(from) }),
    ...(to === undefined ? {} : { to: moment(to) }),
  };
}

function moment(written: string): string {
  const read = readTime(written);
  if (!read.ok) throw new Error(`normalise was given an unchecked time: ${read.problem}`);
  return read.value;
}
