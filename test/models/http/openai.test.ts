import { expect, it } from 'vitest';
import { openEndpoint, said } from './http-spec.ts';
import { type Answer, serveModel } from './loopback.ts';

const signature = { input: { kind: 'text' }, output: { kind: 'text' } } as const;

function stream(...events: readonly (object | string)[]): Answer {
  const lines = events.map((event) => (typeof event === 'string' ? event : `data: ${JSON.stringify(event)}`));
  return { text: `${lines.join('\n\n')}\n\n`, type: 'text/event-stream; charset=utf-8' };
}

const piece = (content: unknown) => ({ choices: [{ delta: { content } }] });
const end = 'data: [DONE]';

it.each<[what: string, answer: Answer, said: string]>([
  ['pieces', stream(piece('Grüß '), piece('Gott 👩‍👩‍👧'), end), 'Grüß Gott 👩‍👩‍👧'],
  [
    'pieces among comments, names of events and lines that end as in Windows',
    {
      text: `: ping\r\nevent: x\r\ndata:${JSON.stringify(piece('a\u2028b'))}\r\n\r\ndata: [DONE]\r\n`,
      type: 'text/event-stream',
    },
    'a\u2028b',
  ],
  ['an empty text', stream(piece(''), { choices: [], usage: { prompt_tokens: 3, completion_tokens: 0 } }, end), ''],
  [
    'no text, since it calls a tool',
    stream(piece(null), { choices: [{ delta: { tool_calls: [{ id: 'a' }] } }] }, end),
    'bad-response',
  ],
  ['nothing', stream(end), 'bad-response'],
  ['an error in the middle', stream(piece('Gr'), { error: { message: 'overloaded' } }), 'model-error'],
  ['a part', stream(piece('Gr')), 'bad-response'],
  ['no JSON', stream('data: {"choices": [', end), 'bad-response'],
  ['a whole answer instead', { json: { choices: [{ message: { content: 'hi' } }] } }, 'hi'],
  [
    'a whole answer without a text',
    { json: { choices: [{ message: { content: null, tool_calls: [] } }] } },
    'bad-response',
  ],
])('a server of chats that sends %s', async (_what, answer, expected) => {
  const { url } = await serveModel({}, '/v1/chat/completions', () => answer);
  const model = await openEndpoint({ url: `${url}/v1`, protocol: 'openai-chat', model: 'm' }, { signature });
  expect(said(await model.predict(['question']))).toEqual([expected]);
});
