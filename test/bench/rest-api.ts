import express from 'express';
import { serve } from './machine/serve.ts';

const app = express();
app.get('/orders/:id', (req, res) => {
  res.json({ id: req.params.id, item: 'chair', count: 2, limit: req.query.limit });
});
serve(app);
