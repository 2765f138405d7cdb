import { shownPaths } from '../../../domain/log/field-paths.ts';
import { formatShare } from '../../../domain/format-number.ts';
import type { LintRule } from '../rule.ts';
import { advicePage } from './advice-page.ts';

/** One unit that makes most of the traffic goes to one version with all of it, whatever the weight. */
export const giantUnit: LintRule = {
  name: 'giant-unit',
  about: 'facts',
  check({ requests }, _registry, { log }) {
    const share = log?.largestUnit ?? 0;
    if (share <= 0.5 || log?.units === 1) return [];
    return [
      {
        severity: 'warning',
        path: ['requests'],
        message: `one user makes ${formatShare(Number(share.toFixed(2)))} of the requests, and gets one version whatever the weight`,
        hint: `assign by another unit than ${shownPaths(requests.fields.unit)} (requests.fields.unit), or leave it out with requests.where: ${advicePage}`,
      },
    ];
  },
};
