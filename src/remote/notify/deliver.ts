import { messageOf } from '../../domain/errors.ts';
import type { NotifyTarget } from '../../domain/remote/notify.ts';
import { type RemoteAccess, secretOf } from '../http/access.ts';
import { call } from '../http/call.ts';
import type { RolloutEvent } from './event.ts';
import { cloudEvent, slackMessage } from './messages.ts';

/** What became of telling one target. */
export interface Delivery {
  /** Which of the plan's targets, such as `notify[0]`. */
  readonly target: string;
  readonly form: NotifyTarget['form'];
  readonly ok: boolean;
  /** The answer's status; absent where nothing was answered. */
  readonly status?: number;
  /** Why it was not told, without address or secret. */
  readonly failure?: string;
}

/** Whoever waits for a command is kept no longer by a chat. */
const timeoutMs = 10_000;

/** Receivers of Standard Webhooks refuse what was signed more than five minutes before or after their own time; so much more or less is worth telling. */
const noticedMs = 120_000;

function clockClause(aheadMs: number): string {
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  return `; its clock is ${Math.round(Math.abs(aheadMs) / 1000)} s ${side} this machine's, and signatures hold for five minutes: set the clocks`;
}

/** Tells one target. Never throws: whatever happens is told in what it returns. */
export async function deliver(
  access: RemoteAccess,
  event: RolloutEvent,
  target: NotifyTarget,
  index: number,
  sentAt: Date,
  signal: AbortSignal,
): Promise<Delivery> {
  const name = `notify[${index}]`;
  const { form } = target;
  try {
    const url = typeof target.url === 'string' ? target.url : secretOf(access, target.url, `${name}.url`);
    if (!URL.canParse(url)) return { target: name, form, ok: false, failure: `${name}.url is not an address` };
    const secret = target.secret === undefined ? undefined : secretOf(access, target.secret, `${name}.secret`);
    const message =
      form === 'slack' ? slackMessage(event, target.reportUrl) : cloudEvent(event, target.reportUrl, secret, sentAt);
    const { status, aheadMs = 0 } = await call(access, {
      method: 'POST',
      url,
      ...message,
      what: name,
      timeoutMs,
      signal,
    });
    if (status >= 200 && status < 300) return { target: name, form, ok: true, status };
    const clock = status < 500 && Math.abs(aheadMs) >= noticedMs ? clockClause(aheadMs) : '';
    return { target: name, form, ok: false, status, failure: `${name} answered with status ${status}${clock}` };
  } catch (error) {
    return { target: name, form, ok: false, failure: messageOf(error) };
  }
}
