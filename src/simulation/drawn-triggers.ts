import type { CountTriggered } from '../metrics/triggered-measurer.ts';
import { type DrawnStage, visitRequests } from './drawn-stage.ts';

/** Counts the triggered requests of a drawn stage. */
export function triggeredInDraw(stage: DrawnStage): CountTriggered {
  const { population, draw } = stage;
  return async (trigger, { cohort, segment }) => {
    const flags = population.triggered?.[trigger];
    if (flags === undefined) throw new RangeError('where the answers differ was not read into memory');
    const requests = new Float64Array(draw.unitOf.length);
    const triggered = new Float64Array(draw.unitOf.length);
    visitRequests(stage, cohort, segment, (record, user) => {
      requests[user] = (requests[user] ?? 0) + 1;
      triggered[user] = (triggered[user] ?? 0) + (flags[record] ?? 0);
    });
    const isThere = (_: number, user: number) => (requests[user] ?? 0) > 0;
    return { requests: requests.filter(isThere), triggered: triggered.filter(isThere) };
  };
}
