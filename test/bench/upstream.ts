import { serveAsChild } from './child.ts';
import { ANSWER } from './messages.ts';

serveAsChild((req, res) => {
  req.resume().once('end', () => {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
    res.end(ANSWER);
  });
});
