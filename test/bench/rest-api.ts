import express from 'express';
import { serveAsChild } from './child.ts';

const app = express();
app.get('/orders/:id', (req, res) => {
  res.json({ id: req.params.id, item: 'chair', count: 2, limit: req.query.limit });
});
serveAsChild(app);
