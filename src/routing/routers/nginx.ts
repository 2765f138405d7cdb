import type { Route } from '../../domain/exposure/routing.ts';
import type { RouteFacts, RouteTarget } from '../route-target.ts';

const defaultVariable = 'canary_upstream';
export const defaultHeader = 'X-User-Id';

/** nginx's own split, whose hash canary computes: an upstream's name in a variable, for `proxy_pass http://$canary_upstream`. */
export const nginx: RouteTarget = {
  names: { header: 'optional', variable: 'optional' },
  sides: { upstream: 'needed' },
  total: 10_000,
  schemes: ['nginx'],
  exposes: 'exact',
  text: 'plain',
  render({ assignment, weight }, { names, baseline, candidate }, shares) {
    const { header = defaultHeader, variable = defaultVariable } = names;
    const unit = `http_${header.toLowerCase().replaceAll('-', '_')}`;
    const percent = `${Number(((shares.candidate * 100) / shares.total).toFixed(2))}%`;
    // Neither 0% nor nothing but 100% is a split to nginx.
    const lines = weight === 1 ? [`* ${candidate.upstream};`] : [`* ${baseline.upstream};`];
    const split = shares.candidate > 0 && weight < 1 ? [`${percent} ${candidate.upstream};`, ...lines] : lines;
    const body = split.map((line) => `    ${line}`).join('\n');
    return { text: `split_clients "${assignment.salt}:\${${unit}}" $${variable} {\n${body}\n}\n` };
  },
};

/** nginx with njs, in which canary's own hash decides at any weight. */
export const nginxNjs: RouteTarget = {
  names: { header: 'optional' },
  sides: { upstream: 'needed' },
  schemes: ['murmur3'],
  exposes: 'exact',
  text: 'plain',
  render: (facts, route) => ({ text: njsModule(facts, route) }),
};

function njsModule({ assignment, weight }: RouteFacts, { names, baseline, candidate }: Route): string {
  return `// nginx: js_import canary from FILE; js_set $canary_upstream canary.upstream; proxy_pass http://$canary_upstream;
const weight = ${weight};
const salt = ${JSON.stringify(assignment.salt)};

/** The upstream of whoever asks. */
function upstream(r) {
    const user = r.headersIn[${JSON.stringify(names.header ?? defaultHeader)}] || '';
    return murmur3(Buffer.from(salt + ':' + user)) / 4294967296 < weight ? ${JSON.stringify(candidate.upstream)} : ${JSON.stringify(baseline.upstream)};
}

/** MurmurHash3_x86_32 with seed 0. */
function murmur3(bytes) {
    let hash = 0;
    const whole = bytes.length - bytes.length % 4;
    for (let at = 0; at < whole; at += 4) {
        hash ^= scrambled(bytes.readInt32LE(at));
        hash = hash << 13 | hash >>> 19;
        hash = Math.imul(hash, 5) + 0xe6546b64 | 0;
    }
    let tail = 0;
    for (let at = bytes.length - 1; at >= whole; at -= 1) {
        tail = tail << 8 | bytes[at];
    }
    hash ^= scrambled(tail) ^ bytes.length;
    hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
    hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
    return (hash ^ hash >>> 16) >>> 0;
}

function scrambled(block) {
    const mixed = Math.imul(block, 0xcc9e2d51);
    return Math.imul(mixed << 15 | mixed >>> 17, 0x1b873593);
}

export default { upstream };
`;
}
