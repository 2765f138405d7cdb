import type { Assignment, SchemeName } from '../domain/exposure/assignment.ts';
import type { Route, RouteName, SideName } from '../domain/exposure/routing.ts';
import type { Stage } from '../domain/plan.ts';

/** Whether a name has to be written. */
type Use = 'needed' | 'optional';

/** What a target's file is made from: nothing in it depends on the clock. */
export interface RouteFacts {
  readonly plan: string;
  readonly model: string;
  readonly versions: { readonly baseline: string; readonly candidate: string };
  readonly assignment: Assignment;
  readonly stages: readonly Stage[];
  /** The candidate's share, in [0, 1]. */
  readonly weight: number;
  /** Of the registry where the weight is its own; absent for another weight. */
  readonly revision?: number;
}

/** Weights in whole numbers: the candidate's and the baseline's, which sum up to the total. */
export interface Shares {
  readonly candidate: number;
  readonly baseline: number;
  readonly total: number;
}

/** Something that moves traffic, and the text that tells it to. */
export interface RouteTarget {
  /** Names that it takes, and which of them it needs. */
  readonly names: Readonly<Partial<Record<RouteName, Use>>>;
  /** The same of each version. */
  readonly sides: Readonly<Partial<Record<SideName, Use>>>;
  /** Names that Kubernetes has to accept. */
  readonly kubernetes?: true;
  /** Whether canary can ask its API to set the weights. */
  readonly callable?: true;
  /** What its names have to be, and what to write instead of what they are not. */
  readonly pattern?: { readonly is: RegExp; readonly hint: string };
  /** Into how many steps it divides weights; absent where the assignment's scheme says it. */
  readonly total?: number;
  /** The largest sum of weights that a plan may ask for; absent where it is fixed. */
  readonly largestTotal?: number;
  /** Of one that decides by a hash: the schemes under which its users are those who are judged, the usual one first. */
  readonly schemes?: readonly [SchemeName, ...SchemeName[]];
  /**
   * Whom it exposes: the very users who are judged (`exact`), or each request anew (`random`). What is `exact` by a scheme that the
   * plan need not name is `random` under another.
   */
  readonly exposes: 'exact' | 'random';
  /** How its text is written. */
  readonly text: 'json' | 'yaml' | 'plain';
  render(facts: RouteFacts, route: Route, shares: Shares): RenderedRoute;
}

/** A document, or its text where it is none. */
export type RenderedRoute = { readonly document: object } | { readonly text: string };
