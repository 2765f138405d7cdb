import { Redis } from 'ioredis';
import { invalidInput, messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { type RemoteAccess, requireHost } from '../http/access.ts';

/** How a server of Redis is reached. */
export interface RedisServer {
  /** As a person may see it: without what the URL holds of a password. */
  readonly name: string;
  readonly options: {
    readonly host: string;
    readonly port: number;
    readonly username?: string;
    readonly password?: string;
    readonly db?: number;
    readonly tls?: Record<string, never>;
    readonly connectTimeout: number;
    readonly retryStrategy: (times: number) => number;
  };
}

const connectMs = 5000;
const longestPauseMs = 2000;

/**
 * Understands `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS.
 * @throws UserError (exit 2) for another URL, (exit 5) where the server may not be asked
 */
export function redisServer(access: RemoteAccess, url: string): RedisServer {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const database = parsed?.pathname.replace(/^\//u, '') ?? '';
  if (
    parsed === undefined ||
    !/^rediss?:$/u.test(parsed.protocol) ||
    parsed.hostname === '' ||
    !/^\d*$/u.test(database)
  )
    throw invalidInput('--queue does not name a Redis server', {
      hint: 'Write redis://HOST:6379, or rediss:// for TLS.',
    });
  const port = parsed.port === '' ? 6379 : Number(parsed.port);
  const name = `${parsed.protocol}//${parsed.hostname}:${port}${database === '' ? '' : `/${database}`}`;
  // A URL of another scheme has no port where it is not written.
  requireHost(access, new URL(`http://${parsed.hostname}:${port}`), '--queue');
  return {
    name,
    options: {
      host: parsed.hostname.replaceAll(/^\[|\]$/gu, ''),
      port,
      ...(parsed.username === '' ? {} : { username: decodeURIComponent(parsed.username) }),
      ...(parsed.password === '' ? {} : { password: decodeURIComponent(parsed.password) }),
      ...(database === '' ? {} : { db: Number(database) }),
      ...(parsed.protocol === 'rediss:' ? { tls: {} } : {}),
      connectTimeout: connectMs,
      retryStrategy: (times) => Math.min(100 * times, longestPauseMs),
    },
  };
}

/** Asks once whether a server is there. @throws UserError (exit 5) */
export async function requireRedis({ name, options }: RedisServer): Promise<void> {
  const redis = new Redis({ ...options, lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  let failure: unknown;
  redis.on('error', (error: unknown) => void (failure ??= error));
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    const cause = failure ?? error;
    const why =
      systemErrorCode(cause) === 'ECONNREFUSED' ? 'refused the connection' : `cannot be used: ${messageOf(cause)}`;
    throw unusableFile(`The queue ${name} ${why}`, {
      hint: 'Start Redis 6.2 or later there, or name another --queue.',
    });
  } finally {
    redis.disconnect();
  }
}
