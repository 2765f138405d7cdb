import type { Role } from '../role.ts';

/** What a million tokens cost, in any currency. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
}

/** The prices of both versions, which may run on models of different prices. */
export type Prices = Readonly<Record<Role, TokenPrices>>;
