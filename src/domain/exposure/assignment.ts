/** The hashes that may decide who is in the canary: canary's own two, those of flag systems, and those of routers. */
export const schemeNames = [
  'murmur3',
  'md5',
  'flagd',
  'flagd-legacy',
  'flagd-cbor',
  'unleash',
  'growthbook',
  'launchdarkly',
  'optimizely',
  'nginx',
  'haproxy',
  'envoy',
] as const;
export type SchemeName = (typeof schemeNames)[number];

/** Which of a flag system's two ways of giving a share decides: of a rule that is on or off, or of variants. */
export const assignmentRules = ['rollout', 'experiment', 'variants'] as const;
export type AssignmentRule = (typeof assignmentRules)[number];

export const unitEncodings = ['utf8', 'utf16'] as const;
export type UnitEncoding = (typeof unitEncodings)[number];

/** Who is in the canary at a weight: everything here, and the unit, decide it; nothing else does. */
export interface Assignment {
  readonly scheme: SchemeName;
  /** The text that is hashed with each unit; another one gives buckets that are independent of these. */
  readonly salt: string;
  /** The flag's key as its system knows it; the salt follows from it. */
  readonly flag?: string;
  /** Of `haproxy` the seed of the hash; of `launchdarkly` an experiment's, which replaces flag and salt. */
  readonly seed?: number;
  readonly rule?: AssignmentRule;
  /** Of `growthbook`. */
  readonly hashVersion?: 1 | 2;
  /** Of `flagd` and the variants of `unleash`: the sum of weights that the flag uses. */
  readonly total?: number;
  /** How the SDK that decides reads a unit that is not ASCII; absent where no unit may be. */
  readonly encoding?: UnitEncoding;
  /** The flag's own definition, relative to the plan's folder. */
  readonly file?: string;
}

/** What a plan may write of an assignment beside its scheme and the file. */
export type AssignmentKey = Exclude<keyof Assignment, 'scheme' | 'file'>;

/** What a plan wrote of it, or the flag's definition says. */
export type WrittenAssignment = Partial<Pick<Assignment, AssignmentKey>>;
