import { type Uncomputable, uncomputable } from '../../stats/result.ts';
import type { HeaviestSums } from '../../stats/sums/heaviest-sums.ts';
import type { UnitAdder } from '../means/mean-measurer.ts';
import { WholeReader } from '../means/whole-reader.ts';

/** Takes the sums of units that a warehouse added up, and says what they do not tell. */
export class SumsReader extends WholeReader implements UnitAdder {
  async stratified(): Promise<Uncomputable> {
    return await Promise.resolve(uncomputable('sums do not say which segments a user has requests in'));
  }

  async heaviest(): Promise<HeaviestSums> {
    return await Promise.resolve({ all: 0, heaviest: 0, least: 0 });
  }
}
