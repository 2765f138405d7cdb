import type { CheckAction, Checks, Golden } from '../domain/plan.ts';
import { planDefaults } from './defaults.ts';
import { readSpan } from './quantity.ts';
import type { WrittenChecks, WrittenPlan } from './written-plan.ts';

/**
 * What the checks ask for once the plan's words are put over the defaults. A shortest time that the plan writes itself
 * was meant, so that missing it holds; the built-in one only warns.
 */
export function normaliseChecks({ checks = {}, stages }: WrittenPlan): Checks {
  const defaults = planDefaults.checks;
  const window = asMap(checks.window);
  const durationWritten =
    window.minDuration !== undefined || stages.some(({ minDuration }) => minDuration !== undefined);
  const minDuration = readSpan(window.minDuration ?? defaults.window.minDuration);
  if (!minDuration.ok) throw new Error(`normalise was given an unchecked value: ${minDuration.problem}`);
  return {
    sampleRatio: { ...defaults.sampleRatio, ...asMap(checks.sampleRatio) },
    parity: { ...defaults.parity, ...asMap(checks.parity) },
    coverage: { ...defaults.coverage, ...asMap(checks.coverage) },
    window: {
      action: window.action ?? (durationWritten ? 'hold' : defaults.window.action),
      minDurationMs: minDuration.value,
    },
    segments: { ...defaults.segments, ...asMap(checks.segments) },
    segmentMix: { ...defaults.segmentMix, ...asMap(checks.segmentMix) },
    selection: { ...defaults.selection, ...asMap(checks.selection) },
  };
}

/** The golden requests, with what a wrong answer does. */
export function normaliseGolden(source: string | readonly string[], checks: WrittenChecks = {}): Golden {
  const { action } = { ...planDefaults.checks.golden, ...asMap(checks.golden) };
  return { source: typeof source === 'string' ? [source] : source, action };
}

/** `parity: warn` is short for `parity: { action: warn }`. */
function asMap<Settings extends { readonly action?: CheckAction }>(
  written: CheckAction | Settings | undefined,
): Settings | { readonly action?: CheckAction; readonly minDuration?: undefined } {
  if (written === undefined) return {};
  return typeof written === 'string' ? { action: written } : written;
}
