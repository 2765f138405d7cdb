import { fork, type ChildProcess } from 'node:child_process';
import { unusableFile } from '../domain/errors.ts';
import type { ModelSpec } from '../domain/outcome.ts';
import { isHostReply, type HostReply, type HostRequest } from './host-protocol.ts';

/** The end of a model's process, as seen by a request that it had not answered. */
export interface ProcessDeath {
  readonly kind: 'died';
  readonly error: 'timeout' | 'crash';
  readonly detail: string;
  /** True for the request that the process was working on; false for those waiting behind it. */
  readonly suspect: boolean;
}

interface Waiting {
  readonly timeoutMs: number;
  /** False when the channel was closed already, so that the process cannot have ended over this request. */
  readonly sent: boolean;
  readonly resolve: (reply: HostReply | ProcessDeath) => void;
}

/** Characters of the process's own output that are kept for explaining its end. */
const outputTailLength = 4096;
/** How long a late answer may still lie in the channel when the timer fires, because this process was busy. */
const graceMs = 100;
const loadTimeoutMs = 120_000;

/** One life of a model's process, from its start to its end. Answers come in the order of the requests. */
export class ModelProcess {
  readonly #child: ChildProcess;
  readonly #waiting: Waiting[] = [];
  readonly #onDeath: () => void;
  #timer: NodeJS.Timeout | undefined;
  #overdue: string | undefined;
  #dead = false;
  #outputTail = '';
  backend = '';

  /**
   * Starts a process and loads a version in it.
   *
   * @param hostScript path of the program that serves the model
   * @param onDeath called once, when the process has ended and before its unanswered requests are told
   * @throws UserError (exit 5) when the version cannot be loaded
   */
  static async start(hostScript: string, spec: ModelSpec, onDeath: () => void): Promise<ModelProcess> {
    const started = new ModelProcess(hostScript, onDeath);
    const reply = await started.ask({ kind: 'load', spec }, loadTimeoutMs);
    if (reply.kind === 'loaded') {
      started.backend = reply.backend;
      return started;
    }
    await started.close();
    if (reply.kind === 'refused') {
      throw unusableFile(`Version ${spec.version} cannot be loaded: ${reply.message}`, { hint: reply.hint });
    }
    const reason = reply.kind === 'died' ? reply.detail : `unexpected answer ${reply.kind}`;
    throw unusableFile(`Version ${spec.version} cannot be loaded: ${reason}.${started.outputTail}`);
  }

  private constructor(hostScript: string, onDeath: () => void) {
    this.#onDeath = onDeath;
    // A model's own output must not mix with the result on standard output, so both of its streams end here.
    this.#child = fork(hostScript, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
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
      // Replies that were sent before the end are delivered before 'close'; it never comes while a grandchild
      // holds the streams open.
      const late = setTimeout(() => this.#end(how), 1000);
      this.#child.once('close', () => {
        clearTimeout(late);
        this.#end(how);
      });
    });
  }

  /** The last lines that the process printed, led by a line break, or nothing. */
  get outputTail(): string {
    const lines = this.#outputTail.trimEnd().split('\n').slice(-10).join('\n');
    return lines === '' ? '' : `\n${lines}`;
  }

  /**
   * Sends a request. The time allowed begins when the process has answered everything before it; when it is over the
   * process is killed. Never rejects.
   */
  ask(request: HostRequest, timeoutMs: number): Promise<HostReply | ProcessDeath> {
    return new Promise((resolve) => {
      if (this.#dead) {
        resolve({ kind: 'died', error: 'crash', detail: 'its process has ended', suspect: false });
        return;
      }
      const sent = this.#child.connected;
      this.#waiting.push({ timeoutMs, sent, resolve });
      if (this.#waiting.length === 1) this.#startTimer();
      // A channel that closes under the message is followed by 'exit', which answers the request.
      if (sent) this.#child.send(request, () => undefined);
    });
  }

  /** Ends the process, at once when it is at work. */
  async close(): Promise<void> {
    if (this.#dead) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#waiting.length === 0 && this.#child.connected) {
      this.#child.disconnect();
      this.#timer = setTimeout(() => this.#child.kill('SIGKILL'), 1000);
    } else {
      this.#child.kill('SIGKILL');
    }
    await ended;
  }

  #receive(message: unknown): void {
    if (!isHostReply(message)) return;
    const answered = this.#waiting.shift();
    clearTimeout(this.#timer);
    if (this.#waiting.length > 0) this.#startTimer();
    answered?.resolve(message);
  }

  #startTimer(): void {
    const [head] = this.#waiting;
    if (head === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => {
        this.#overdue = `no answer within ${head.timeoutMs} ms`;
        this.#child.kill('SIGKILL');
      }, graceMs);
    }, head.timeoutMs);
  }

  #end(how: string): void {
    if (this.#dead) return;
    this.#dead = true;
    clearTimeout(this.#timer);
    this.#onDeath();
    const error = this.#overdue === undefined ? 'crash' : 'timeout';
    const detail = this.#overdue ?? how;
    for (const [index, { resolve, sent }] of this.#waiting.splice(0).entries()) {
      resolve({ kind: 'died', error, detail, suspect: index === 0 && sent });
    }
  }
}
