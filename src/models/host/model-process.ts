import { fork, type ChildProcess } from 'node:child_process';
import { lastLines, onceClosed } from './child-process.ts';
import { environmentOf, type Permissions } from './permissions.ts';
import { sandboxFlags } from './sandbox.ts';
import { unusableFile } from '../../domain/errors.ts';
import { runtimeTraits } from '../../domain/registry.ts';
import type { ModelSpec } from '../../domain/outcome.ts';
import { isHostReply, type HostReply, type HostRequest, type Traffic } from './host-protocol.ts';

/** The end of a model's process, as seen by a request that it had not answered. */
export interface ProcessDeath {
  readonly kind: 'died';
  readonly error: 'timeout' | 'crash';
  readonly detail: string;
  /** True for the requests that the process was working on; false for those waiting behind them. */
  readonly suspect: boolean;
}

interface Waiting {
  readonly timeoutMs: number;
  /** False when the channel was closed already, so that the process cannot have ended over this request. */
  readonly sent: boolean;
  readonly resolve: (reply: HostReply | ProcessDeath) => void;
  /** The request's own timer, for a concurrent model, whose requests wait for none before them. */
  timer?: NodeJS.Timeout;
}

/** Characters of the process's own output that are kept for explaining its end. */
const outputTailLength = 4096;
/** How long a late answer may still lie in the channel when the timer fires, because this process was busy. */
const graceMs = 100;
/** What a process may need beside the time allowed for its first answer, in which libraries compile and caches fill. */
const coldMs = 3000;
const loadTimeoutMs = 120_000;
/** How long a process may take to end when it is no longer needed, with nothing to do and while it is at work. */
const idleEndMs = 1000;
const busyEndMs = 200;

/**
 * One life of a model's process, from its start to its end. It works on the requests in their order, or on all of them at
 * once where the model is concurrent.
 */
export class ModelProcess {
  readonly #child: ChildProcess;
  /** What waits for an answer, by its number, in the order in which it came. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #concurrent: boolean;
  readonly #onDeath: () => void;
  #timer: NodeJS.Timeout | undefined;
  #overdue: string | undefined;
  #dead = false;
  #outputTail = '';
  #asked = 0;
  backend = '';
  /** Why the version should be asked one request at a time; null where nothing is known. */
  oneByOne: string | null = null;
  /** Whether it has answered a request. */
  #isWarm = false;

  /**
   * Starts a process and loads a version in it.
   *
   * @param hostScript path of the program that serves the model
   * @param permissions what the version may do; all that canary may where absent
   * @param onDeath called once, when the process has ended and before its unanswered requests are told
   * @throws UserError (exit 5) when the version cannot be loaded
   */
  static async start(
    hostScript: string,
    spec: ModelSpec,
    traffic: Traffic,
    permissions: Permissions | undefined,
    onDeath: () => void,
  ): Promise<ModelProcess> {
    const started = new ModelProcess(hostScript, spec, permissions, onDeath);
    const reply = await started.ask({ kind: 'load', spec, traffic }, loadTimeoutMs);
    if (reply.kind === 'loaded') {
      started.backend = reply.backend;
      started.oneByOne = reply.oneByOne;
      return started;
    }
    await started.close();
    if (reply.kind === 'refused') {
      throw unusableFile(`Version ${spec.version} cannot be loaded: ${reply.message}`, { hint: reply.hint });
    }
    const reason = reply.kind === 'died' ? reply.detail : `unexpected answer ${reply.kind}`;
    throw unusableFile(`Version ${spec.version} cannot be loaded: ${reason}.${started.outputTail}`);
  }

  private constructor(hostScript: string, spec: ModelSpec, permissions: Permissions | undefined, onDeath: () => void) {
    this.#concurrent = isConcurrent(spec);
    this.#onDeath = onDeath;
    // A model's own output must not mix with the result on standard output, so both of its streams end here.
    this.#child = fork(hostScript, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [...sandboxFlags(spec, hostScript)],
      ...(permissions === undefined ? {} : { env: environmentOf(spec, permissions) }),
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#outputTail = (this.#outputTail + text).slice(-outputTailLength);
      });
    }
    this.#child.on('message', (message) => this.#receive(message));
    this.#child.on('error', (error) => this.#end(`its process failed: ${error.message}`));
    this.#child.on('exit', (code, signal) => {
      const how = signal === null ? `its process exited with code ${code}` : `its process was killed by ${signal}`;
      onceClosed(this.#child, () => this.#end(how));
    });
  }

  /** The last lines that the process printed, led by a line break, or nothing. */
  get outputTail(): string {
    return lastLines(this.#outputTail);
  }

  /**
   * Sends a request. The time allowed begins when the process has answered everything before it, or at once where the
   * model is concurrent; when it is over the process is killed. Never rejects.
   */
  ask(request: HostRequest, timeoutMs: number): Promise<HostReply | ProcessDeath> {
    return new Promise((resolve) => {
      if (this.#dead) {
        resolve({ kind: 'died', error: 'crash', detail: 'its process has ended', suspect: false });
        return;
      }
      const sent = this.#child.connected;
      const id = this.#asked;
      this.#asked += 1;
      const waiting: Waiting = { timeoutMs, sent, resolve };
      this.#waiting.set(id, waiting);
      if (this.#concurrent) this.#startTimer(waiting);
      else if (this.#waiting.size === 1) this.#startHeadTimer();
      // A channel that closes under the message is followed by 'exit', which answers the request.
      if (sent) this.#child.send({ ...request, id }, () => undefined);
    });
  }

  /** Ends the process, without waiting for it when it is at work. */
  async close(): Promise<void> {
    if (this.#dead) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    clearTimeout(this.#timer);
    if (this.#child.connected) {
      // Asked first, since only the process itself knows what it has started.
      this.#timer = setTimeout(() => this.#child.kill('SIGKILL'), this.#waiting.size === 0 ? idleEndMs : busyEndMs);
      this.#child.disconnect();
    } else {
      this.#child.kill('SIGKILL');
    }
    await ended;
  }

  #receive(message: unknown): void {
    if (!isHostReply(message)) return;
    const { id, ...reply } = message;
    const answered = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(answered?.timer);
    if (reply.kind === 'predicted' || reply.kind === 'timed') this.#isWarm = true;
    if (!this.#concurrent) this.#startHeadTimer();
    answered?.resolve(reply);
  }

  /** Allows the request that is worked on its time; none where there is none. */
  #startHeadTimer(): void {
    const [head] = this.#waiting.values();
    if (head !== undefined) this.#startTimer(head);
  }

  #startTimer(request: Waiting): void {
    request.timer = setTimeout(
      () => {
        request.timer = setTimeout(() => {
          this.#overdue = `no answer within ${request.timeoutMs} ms`;
          this.#child.kill('SIGKILL');
        }, graceMs);
      },
      request.timeoutMs + (this.#isWarm ? 0 : coldMs),
    );
  }

  #end(how: string): void {
    if (this.#dead) return;
    this.#dead = true;
    clearTimeout(this.#timer);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { timer } of waiting) clearTimeout(timer);
    this.#onDeath();
    const error = this.#overdue === undefined ? 'crash' : 'timeout';
    const detail = this.#overdue ?? how;
    for (const [index, { resolve, sent }] of waiting.entries()) {
      resolve({ kind: 'died', error, detail, suspect: (this.#concurrent || index === 0) && sent });
    }
  }
}

/** Whether a version's process works on several requests at once; what another machine computes costs it no time. */
function isConcurrent({ runtime }: ModelSpec): boolean {
  return runtimeTraits[runtime].takes === 'many';
}
