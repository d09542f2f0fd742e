import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ALERTS, filledIn, PANELS } from '../support/dashboard.ts';
import { startMeteredGateways } from '../support/metered-gateways.ts';
import { describePrometheus, Prometheus, promtool } from './support/prometheus.ts';

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const RULES = fileOf('../../examples/grafana/alerts.yml');
const RULE_TESTS = fileOf('prometheus/alerts.test.yml');

/** What each panel shows, as its legend says it, when all of that has happened. Others show more. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  Calls: ['calls'],
  'Error rate': ['failed'],
  'Failures by origin': ['gateway', 'upstream', 'client'],
  p95: ['p95'],
  'In flight': ['in flight'],
  Streams: ['streams'],
  'Targets away': ['away'],
  'Calls by method': ['tools/call', 'tools/list'],
  'Calls by tool': ['add', 'fails', 'breaks', 'counts', 'scarce', '_OTHER'],
  'HTTP requests by status': ['200', '400', '429', '502'],
  'Open now': ['tickets: in flight', 'tickets: streams'],
  'Time of calls': ['p50', 'p95', 'p99'],
  'Share of gateway and upstream': ['gateway', 'upstream'],
  'p95 by tool': ['add', 'fails', 'breaks', 'counts', 'scarce', '_OTHER'],
  'Time to the first event': ['p50', 'p95'],
  Tools: ['add', 'fails', 'breaks', 'counts', 'scarce'],
  'Failures by origin over time': ['gateway', 'upstream', 'client'],
  'Errors by type': ['tool_error', '-32603', 'policy_denied', 'rate_limited'],
  'Errors by type and tool': ['fails: tool_error', 'breaks: -32603'],
  'Decisions by slot and reason': [
    'policies: policy_denied (enforce)',
    'policies: policy_denied (shadow)',
    'userLimit: rate_limited (enforce)',
    'streams: too_many_streams (enforce)',
  ],
  '429 by slot': ['userLimit: rate_limited', 'streams: too_many_streams'],
  'State of targets': [],
  'Errors of the upstream by type': ['tool_error', '-32603', 'upstream_unreachable'],
  'Time at the upstream': ['tickets: p50', 'tickets: p95'],
};

/** The legend of a table is its columns. */
const COLUMNS: Readonly<Record<string, string>> = {
  Tools: '{{tool}}',
  'Errors by type and tool': '{{tool}}: {{error_type}}',
};

describePrometheus('examples/grafana in a real Prometheus', () => {
  test('the alert rules are what it takes', () => {
    expect(promtool('check', 'rules', RULES)).toEqual({
      status: 0,
      output: expect.stringContaining(`${ALERTS.length} rules found`),
    });
  });

  test('each alert fires where it has to, and only there', () => {
    expect(promtool('test', 'rules', RULE_TESTS)).toEqual({
      status: 0,
      output: expect.stringContaining('SUCCESS'),
    });
  });

  test('for each alert there is a case in which it fires, and one in which it does not', () => {
    const cases: { alertname: string; exp_alerts?: object[] }[] = parse(
      readFileSync(RULE_TESTS, 'utf8'),
    ).tests.flatMap(({ alert_rule_test }: { alert_rule_test: object[] }) => alert_rule_test);
    for (const { alert } of ALERTS) {
      const fires = cases
        .filter(({ alertname }) => alertname === alert)
        .map(({ exp_alerts = [] }) => exp_alerts.length > 0);
      expect([alert, new Set(fires)]).toEqual([alert, new Set([true, false])]);
    }
  });

  describe('with gateways in which all of it happens', () => {
    test('each panel has data, alerts are evaluated', async () => {
      const gateways = await startMeteredGateways();
      const prometheus = await Prometheus.start(gateways.port);
      // A counter that begins with its first value has not increased yet.
      await gateways.drive();
      await prometheus.scraped();
      await gateways.drive();
      await prometheus.scraped();

      expect(PANELS.map(({ title }) => title)).toEqual(Object.keys(SHOWN));
      for (const { title, targets = [] } of PANELS) {
        const shown = new Set<string>();
        for (const { expr, legendFormat = COLUMNS[title] ?? '' } of targets) {
          const samples = await prometheus.query(filledIn(expr, '1m'));
          expect([title, expr, samples.length]).not.toEqual([title, expr, 0]);
          const legends = samples
            .filter(({ value }) => Number.isFinite(value))
            .map(({ metric }) =>
              legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? ''),
            );
          for (const legend of legends) shown.add(legend);
        }
        expect([title, [...shown]]).toEqual([
          title,
          expect.arrayContaining(SHOWN[title] as string[]),
        ]);
      }

      const shownIn = async (title: string, labels = {}) => {
        const { targets: [query] = [] } = PANELS.find((panel) => panel.title === title) ?? {};
        const samples = await prometheus.query(filledIn(query?.expr ?? '', '1m'));
        return samples.find(({ metric }) =>
          Object.entries(labels).every(([label, value]) => metric[label] === value),
        )?.value;
      };
      expect(await shownIn('In flight')).toBe(1);
      expect(await shownIn('Streams')).toBe(3);
      expect(await shownIn('Targets away')).toBe(2);
      // Clients left too, which is in the metric but no failure of the upstream.
      const left = 'mcp_client_operation_duration_seconds_count{error_type="client_left"}';
      expect(await prometheus.query(left)).not.toEqual([]);
      const type = { error_type: 'client_left' };
      expect(await shownIn('Errors of the upstream by type', type)).toBe(undefined);
      const failed = await shownIn('Error rate');
      expect(failed).toBeGreaterThan(0.1);
      expect(failed).toBeLessThan(0.9);
      // 4 stands for `open`, 0 for `closed`.
      expect(await shownIn('State of targets', { target: gateways.gone, gateway: 'lost' })).toBe(4);
      expect(await shownIn('State of targets', { target: gateways.gone, gateway: 'tickets' })).toBe(
        4,
      );
      expect(await shownIn('State of targets', { target: gateways.working })).toBe(0);

      // Two scrapes without any request in between.
      await prometheus.scraped();
      for (const { title, targets = [] } of PANELS) {
        for (const { expr, instant } of targets) {
          if (!instant) continue;
          const values = (await prometheus.query(filledIn(expr, '1s'))).map(({ value }) => value);
          expect([title, values.filter(Number.isNaN)]).toEqual([title, []]);
        }
      }

      const rules = await prometheus.rules();
      expect(rules.map(({ name }) => name)).toEqual(ALERTS.map(({ alert }) => alert));
      for (const { name, health, lastError } of rules) {
        expect([name, health, lastError]).toEqual([name, 'ok', undefined]);
      }
    });
  });
});
