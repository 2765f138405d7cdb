import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { headerBucket } from '../../src/assignment/schemes/envoy.ts';
import { assign } from '../../src/gate/assign.ts';
import { exportTarget } from '../../src/gate/exposure/export.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';
import { answersOf, freePort, isInstalled, startServer } from './real-server.ts';

const sides = (key: string) => `baseline: { ${key}: stable }, candidate: { ${key}: canary }`;
const njsModule = '/usr/lib/nginx/modules/ngx_http_js_module.so';

/** Users as a header can carry them, some of whom are not ASCII. */
const users = fc
  .sample(
    fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 30 }), fc.string({ minLength: 1, unit: 'grapheme' })),
    {
      numRuns: 14_000,
      seed: 19,
    },
  )
  .filter((user) => user.trim() === user && !/\p{Cc}/u.test(user))
  .slice(0, 10_000);

/** A wheel of PyPI holds the binary, which .ci/run installs. */
const envoy = new URL('../python/.venv/bin/envoy', import.meta.url).pathname;

const backend = (name: string) =>
  `backend ${name}\n  mode http\n  http-request return status 200 content-type text/plain string ${name}\n`;

interface Router {
  readonly name: string;
  readonly program: string;
  readonly missing: boolean;
  readonly assignment: string;
  readonly route: (port: number) => string;
  /** What whoever calls it sends for a user beside the name. */
  readonly headersOf?: (user: string) => Readonly<Record<string, string>>;
  /** Writes what the server needs beside the exported file. @returns its arguments */
  readonly configure: (rollout: TestRollout, port: number) => readonly string[];
}

const routers: readonly Router[] = [
  {
    name: 'nginx by split_clients',
    program: 'nginx',
    missing: !isInstalled('nginx'),
    assignment: '{ scheme: nginx, salt: "a salt" }',
    route: () => `[{ target: nginx, file: route.conf, ${sides('upstream')} }]`,
    configure: (rollout, port) => nginxArguments(rollout, port, '', 'include route.conf;'),
  },
  {
    name: 'nginx by njs',
    program: 'nginx',
    missing: !isInstalled('nginx') || !existsSync(njsModule),
    assignment: '{ scheme: murmur3, salt: "a salt" }',
    route: () => `[{ target: nginx-njs, file: route.conf, ${sides('upstream')} }]`,
    configure: (rollout, port) =>
      nginxArguments(
        rollout,
        port,
        `load_module ${njsModule};`,
        'js_import canary from route.conf; js_set $canary_upstream canary.upstream;',
      ),
  },
  {
    name: 'HAProxy',
    program: 'haproxy',
    missing: !isInstalled('haproxy'),
    assignment: '{ scheme: haproxy, seed: 61 }',
    route: (port) =>
      `[{ target: haproxy, file: route.conf, frontend: in, bind: "127.0.0.1:${port}", ${sides('backend')} }]`,
    configure(rollout) {
      const timeouts = 'defaults\n  timeout client 60s\n  timeout server 60s\n  timeout connect 60s\n';
      rollout.write('main.conf', `global\n  maxconn 1000\n${timeouts}${backend('stable')}${backend('canary')}`);
      return ['-db', '-f', join(rollout.folder, 'main.conf'), '-f', join(rollout.folder, 'route.conf')];
    },
  },
  {
    name: 'Envoy by the bucket in a header',
    program: envoy,
    missing: !existsSync(envoy),
    assignment: '{ scheme: envoy, salt: "a salt" }',
    route: () => `[{ target: envoy, file: route.conf, ${sides('cluster')} }]`,
    headersOf: (user) => ({ 'x-canary-bucket': String(headerBucket('a salt', user)) }),
    configure(rollout, port) {
      const route: unknown = parse(readFileSync(join(rollout.folder, 'route.conf'), 'utf8'));
      rollout.write('main.json', JSON.stringify(envoyConfiguration(rollout.folder, port, route)));
      const alone = ['--disable-hot-restart', '--concurrency', '1', '--log-level', 'error'];
      return ['-c', join(rollout.folder, 'main.json'), ...alone];
    },
  },
];

function listener(name: string, address: object, action: object) {
  return {
    name,
    address,
    filter_chains: [
      {
        filters: [
          {
            name: 'http',
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              stat_prefix: name,
              http_filters: [
                {
                  name: 'router',
                  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
                },
              ],
              route_config: {
                virtual_hosts: [{ name, domains: ['*'], routes: [{ match: { prefix: '/' }, ...action }] }],
              },
            },
          },
        ],
      },
    ],
  };
}

/** Envoy in front of two listeners of its own, each of which answers with a version's name. */
function envoyConfiguration(folder: string, port: number, route: unknown) {
  const pipe = (name: string) => ({ pipe: { path: join(folder, `${name}.sock`) } });
  const versions = ['stable', 'canary'];
  return {
    static_resources: {
      listeners: [
        listener('in', { socket_address: { address: '127.0.0.1', port_value: port } }, { route }),
        ...versions.map((name) =>
          listener(name, pipe(name), { direct_response: { status: 200, body: { inline_string: name } } }),
        ),
      ],
      clusters: versions.map((name) => ({
        name,
        connect_timeout: '5s',
        load_assignment: {
          cluster_name: name,
          endpoints: [{ lb_endpoints: [{ endpoint: { address: pipe(name) } }] }],
        },
      })),
    },
  };
}

function nginxArguments(rollout: TestRollout, port: number, modules: string, http: string): readonly string[] {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};`);
  rollout.write(
    'main.conf',
    `${modules} daemon off; pid nginx.pid; error_log stderr error; events {}
     http { access_log off; ${temporary.join(' ')} ${http}
       server { listen 127.0.0.1:${port}; keepalive_requests 100000; default_type text/plain; location / { return 200 $canary_upstream; } } }`,
  );
  return ['-p', rollout.folder, '-c', 'main.conf'];
}

describe.each(routers)('$name', ({ program, missing, assignment, route, configure, headersOf }) => {
  test.skipIf(missing)('sends 10,000 users where assign says', { timeout: 120_000 }, async () => {
    const port = await freePort();
    const rollout = new TestRollout({ plan: { assignment, routing: route(port) } });
    const weight = '12.34%';
    await exportTarget(rollout.world, target(route(port)), 'plan.yaml', { weight, output: 'route.conf' });
    const server = await startServer(program, configure(rollout, port), port);
    onTestFinished(() => void server.kill());
    const assigned = await assign(rollout.world, 'plan.yaml', users, { weight });
    const answers = await answersOf(port, users, '/', headersOf);
    const differ = assigned.filter(({ cohort }, index) => cohort !== answers[index]);
    expect(answers).toHaveLength(10_000);
    expect(new Set(answers)).toEqual(new Set(['stable', 'canary']));
    expect(differ).toEqual([]);
  });

  test.skipIf(missing).each([
    ['0', 'stable'],
    ['1', 'canary'],
  ])('sends everybody to one version at weight %s', { timeout: 120_000 }, async (weight, version) => {
    const port = await freePort();
    const rollout = new TestRollout({ plan: { assignment, routing: route(port) } });
    await exportTarget(rollout.world, target(route(port)), 'plan.yaml', { weight, output: 'route.conf' });
    const server = await startServer(program, configure(rollout, port), port);
    onTestFinished(() => void server.kill());
    expect(new Set(await answersOf(port, users.slice(0, 200), '/', headersOf))).toEqual(new Set([version]));
  });
});

function target(routing: string): string {
  return /target: ([\w-]+)/u.exec(routing)?.[1] ?? '';
}
