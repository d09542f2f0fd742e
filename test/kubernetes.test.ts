import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';

const example = (file: string) =>
  readFileSync(new URL(`../examples/${file}`, import.meta.url), 'utf8');

const [deployment, service, budget] = parseAllDocuments(example('kubernetes/gateway.yaml')).map(
  (document) => document.toJS(),
);
const app = example('readiness.ts');
const { template } = deployment.spec;
const [container] = template.spec.containers;

/** Their declarations do not compile under the options of this project. */
const model = async (kind: string): Promise<new (data: object) => { validate(): void }> => {
  const module = await import(`kubernetes-models/${kind}`);
  return module[kind.slice(kind.lastIndexOf('/') + 1)];
};

test.each([
  { kind: 'apps/v1/Deployment', document: deployment },
  { kind: 'v1/Service', document: service },
  { kind: 'policy/v1/PodDisruptionBudget', document: budget },
])('Kubernetes takes it: $kind', async ({ kind, document }) => {
  expect(`${document.apiVersion}/${document.kind}`).toBe(kind);
  const Model = await model(kind);
  expect(() =>
    new Model({ ...document, spec: { ...document.spec, selector: 1 } }).validate(),
  ).toThrow();
  expect(() => new Model(document).validate()).not.toThrow();
});

test('service and budget select the pods of the deployment', () => {
  const { labels } = template.metadata;
  expect(deployment.spec.selector.matchLabels).toEqual(labels);
  expect(service.spec.selector).toEqual(labels);
  expect(budget.spec.selector.matchLabels).toEqual(labels);
  expect(budget.spec.minAvailable).toBeLessThan(deployment.spec.replicas);
});

test('ports, probe and environment are those of the app', () => {
  const [port] = container.ports;
  expect(container.env).toContainEqual({ name: 'PORT', value: String(port.containerPort) });
  expect(service.spec.ports[0].targetPort).toBe(port.name);
  expect(container.readinessProbe.httpGet.port).toBe(port.name);
  expect(app).toContain(`app.get('${container.readinessProbe.httpGet.path}'`);
  expect(app).toContain('MCP_TARGET = ');
});

test('a pod has the time to end what is under way', () => {
  const graceMs = Number(/graceMs: ([\d_]+)/.exec(app)?.[1]?.replace('_', ''));
  const { seconds } = container.lifecycle.preStop.sleep;
  expect(graceMs).toBeGreaterThan(0);
  expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(seconds + graceMs / 1000);
});
