import type { Evidence } from '../../domain/evidence.ts';

/** What a report is made from. Renderers turn it into text and never compute a result nor write a file. */
export interface Report {
  /** The look that the report is about. */
  readonly evidence: Evidence;
  /** Every look at the rollout that is known, the oldest first; the evidence is the last. */
  readonly looks: readonly Evidence[];
  /** The plan, as the command to run next names it. */
  readonly planFile: string;
  /** Recorded inputs by request id, where the user asked for them; a report holds none otherwise. */
  readonly inputs?: ReadonlyMap<string, string> | undefined;
}

/** Turns a report into the text of a file. */
export type Renderer = (report: Report) => string | Promise<string>;
