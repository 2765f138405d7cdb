import type { Role } from './role.ts';

/**
 * From which score of its second label on a two-label classification answers that label, in (0, 1]: one for both versions, or one by
 * `baseline`, `candidate` or a version's own name.
 */
export type Thresholds = number | Readonly<Record<string, number>>;

/** What a plan's threshold says of each version; nothing for one that it leaves to its own answers. */
export function thresholdsOf(
  thresholds: Thresholds | undefined,
  versions: Readonly<Record<Role, string>>,
): Readonly<Partial<Record<Role, number>>> {
  if (thresholds === undefined) return {};
  const found = (role: Role) =>
    typeof thresholds === 'number'
      ? thresholds
      : [role, versions[role]]
          .map((name) => (Object.hasOwn(thresholds, name) ? thresholds[name] : undefined))
          .find(isSet);
  const [baseline, candidate] = [found('baseline'), found('candidate')];
  return { ...(baseline === undefined ? {} : { baseline }), ...(candidate === undefined ? {} : { candidate }) };
}

function isSet(value: number | undefined): value is number {
  return value !== undefined;
}
