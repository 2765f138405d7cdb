import type { HttpEndpoint } from '../../../domain/endpoint.ts';
import { unusableFile } from '../../../domain/errors.ts';
import { freeKindOf } from '../../../domain/scores/free-answer.ts';
import type { Signature } from '../../../domain/registry.ts';
import { usageOf } from '../../usage.ts';
import { AnswerError, type Ask, type Exchange, isObject, parseAnswer, valueAt } from '../exchange.ts';
import { factsAt } from './server-facts.ts';

/** Where an answer is in what a server sends, whole and piece by piece. */
interface Places {
  readonly path: string;
  readonly whole: string;
  readonly piece: string;
}

const chatPlaces: Places = {
  path: '/chat/completions',
  whole: 'choices.0.message.content',
  piece: 'choices.0.delta.content',
};
const textPlaces: Places = { path: '/completions', whole: 'choices.0.text', piece: 'choices.0.text' };

/**
 * A server that speaks OpenAI's API for chats or for completions, asked for a stream, so that its first token can be timed. A record's input
 * is the question itself, or an object whose keys go into the request beside those of `artifact.body`, such as `messages`.
 *
 * @param root of the API, such as `/v1`
 */
export async function openAi(endpoint: HttpEndpoint, { output }: Signature, root: string, ask: Ask): Promise<Exchange> {
  const { model = '', body, protocol } = endpoint;
  await requireModel(model, await factsAt(ask, `${root}/models`));
  const isChat = protocol === 'openai-chat';
  const places = isChat ? chatPlaces : textPlaces;
  const further = isObject(body) ? body : {};
  return {
    server: '',
    path: `${root}${places.path}`,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream, application/json' },
    write: (input) =>
      JSON.stringify({
        model,
        stream: true,
        stream_options: { include_usage: true },
        ...further,
        ...asked(input, isChat),
      }),
    read: (received, contentType) => {
      const { text } = isStream(contentType) ? streamed(received, places) : whole(received, places);
      if (freeKindOf(output) === 'text') return { text };
      return output.kind === 'classification' ? text.trim() : parseAnswer(text);
    },
    took: (received, contentType) => {
      if (!isStream(contentType)) return usageOf(parseAnswer(received));
      const { last, firstTokenBytes } = streamed(received, places);
      return { ...usageOf(last), ...(firstTokenBytes === undefined ? {} : { firstTokenBytes }) };
    },
  };
}

/** A server that lists its models and has not this one would refuse every request. */
async function requireModel(model: string, facts: Readonly<Record<string, unknown>> | null): Promise<void> {
  const listed: readonly unknown[] = Array.isArray(facts?.['data']) ? facts['data'] : [];
  const ids = listed.flatMap((each) => (isObject(each) && typeof each['id'] === 'string' ? [each['id']] : []));
  if (ids.length === 0 || ids.includes(model)) return;
  throw unusableFile(`its server has no model ${model}, only ${ids.slice(0, 5).join(', ')}`, {
    hint: 'Correct artifact.model in the registry.',
  });
}

function asked(input: unknown, isChat: boolean): object {
  if (isObject(input)) return input;
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  return isChat ? { messages: [{ role: 'user', content: text }] } : { prompt: text };
}

function isStream(contentType: string): boolean {
  return contentType.startsWith('text/event-stream');
}

function whole(received: string, { whole: place }: Places): { readonly text: string } {
  const text = valueAt(parseAnswer(received), place);
  if (typeof text === 'string') return { text };
  throw new AnswerError('bad-response', `the answer has nothing at ${place}: ${received.slice(0, 120)}`);
}

interface Streamed {
  readonly text: string;
  /** The last event that tells usage. */
  readonly last: unknown;
  /** Bytes up to the end of the event with the first token. */
  readonly firstTokenBytes?: number;
}

/** Puts a stream of events (WHATWG server-sent events) together. @throws AnswerError where it breaks off or tells an error */
function streamed(received: string, { piece: place }: Places): Streamed {
  let text: string | undefined;
  let last: unknown;
  let firstTokenBytes: number | undefined;
  let end = 0;
  for (const line of received.split('\n')) {
    end += Buffer.byteLength(line) + 1;
    // Of the ends of lines that Unicode knows, JSON may hold some as they are.
    const data = /^data: ?(.*?)\r?$/su.exec(line)?.[1];
    if (data === undefined || data === '') continue;
    if (data === '[DONE]') {
      // A call of a tool, or a refusal beside the answer, is no text; an empty text is one.
      if (text === undefined) throw new AnswerError('bad-response', `no event of the stream has a text at ${place}`);
      return { text, last, ...(firstTokenBytes === undefined ? {} : { firstTokenBytes }) };
    }
    const event = parseAnswer(data);
    if (isObject(event) && 'error' in event) {
      throw new AnswerError('model-error', `the stream reports an error: ${data.slice(0, 200)}`);
    }
    const piece = valueAt(event, place);
    if (typeof piece === 'string') {
      if (piece !== '') firstTokenBytes ??= end;
      text = (text ?? '') + piece;
    }
    if (isObject(event) && isObject(event['usage'])) last = event;
  }
  throw new AnswerError('bad-response', 'the stream ended before data: [DONE]');
}
