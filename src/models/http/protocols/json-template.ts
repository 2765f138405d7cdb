import { type OpenExchange, AnswerError, readerAt, parseAnswer } from '../exchange.ts';
import { usageOf } from '../../usage.ts';
import { bodyTemplate } from '../body-template.ts';
import { plainWords, refuseStatus } from './server-facts.ts';

/** Any service that takes and gives JSON: the body is a template, the answer is read at dotted paths. */
export const jsonTemplate: OpenExchange = async ({ body, answer }, _signature, root, ask) => {
  const { status, body: text } = await ask(root);
  // A service that takes POST answers GET with all kinds of statuses; only these say that requests will fail too.
  if (status === 401 || status === 403 || status === 503) refuseStatus(root, status, text);
  const template = bodyTemplate(body);
  const readId = answer?.id === undefined ? undefined : readerAt(answer.id);
  return {
    server: '',
    path: root === '' ? '/' : root,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    write: (input, id) => JSON.stringify(template({ input, id })),
    took: (received) => (received.includes('"usage"') ? usageOf(parseAnswer(received)) : {}),
    read: (received, _contentType, id) => {
      const parsed = parseAnswer(received);
      const repeated = readId === undefined ? id : readId(parsed);
      if (repeated === id) return parsed;
      throw new AnswerError(
        'bad-response',
        `the answer is for request ${plainWords(repeated) || 'unknown'}, not for ${id}`,
      );
    },
  };
};
