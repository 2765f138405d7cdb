import type { RouteTarget } from '../route-target.ts';
import { defaultHeader } from './nginx.ts';

/** A frontend of HAProxy that hashes the user and picks a backend; it is loaded beside the main file: `haproxy -f main.cfg -f canary.cfg`. */
export const haproxy: RouteTarget = {
  names: { frontend: 'needed', bind: 'needed', header: 'optional' },
  sides: { backend: 'needed' },
  total: 10_000,
  schemes: ['haproxy'],
  exposes: 'exact',
  text: 'plain',
  render({ assignment }, { names, baseline, candidate }, shares) {
    // `fhdr` takes the header whole; `hdr` would take what stands behind its last comma.
    const { frontend, bind, header = defaultHeader } = names;
    return {
      text: `frontend ${frontend}
    bind ${bind}
    mode http
    http-request set-var(txn.canary_bucket) req.fhdr(${header}),xxh32(${assignment.seed ?? 0}),mod(10000)
    use_backend ${candidate.backend} if { var(txn.canary_bucket) -m int lt ${shares.candidate} }
    default_backend ${baseline.backend}
`,
    };
  },
};
