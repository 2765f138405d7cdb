/**
 * A server that answers every request at once with the same probabilities; prints its address.
 *
 *   node http-server.mjs
 */
import { createServer } from 'node:http';

const answer = JSON.stringify({ probabilities: [0.1, 0.7, 0.2] });
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/predict`);
});
