import murmurhash from 'murmurhash';
import { middleOf, type Scheme, salted } from '../scheme.ts';

const steps = 10_000;
const largest = 2 ** 32 - 1;

/**
 * nginx's `split_clients "salt:unit"`: MurmurHash2 of the UTF-8 bytes, below the floor of the share of 2^32 - 1 in hundredths of a percent.
 * Source: nginx 1.22.1, `ngx_http_split_clients_module`.
 */
export const nginx: Scheme = {
  ...salted,
  steps: () => steps,
  bucketer:
    ({ salt }) =>
    (unit) => {
      const hash = murmurhash.v2(`${salt}:${unit}`, 0);
      // The first weight whose floor is above the hash; all are whole numbers below 2^53.
      const first = Math.ceil(((hash + 1) * steps) / largest);
      return middleOf(Math.min(first, steps) - 1, steps);
    },
};
