import { expect, test } from '@jest/globals';
import { fromKrakend } from '../../src/exports/krakend.ts';
import { base, withValue } from './support/base.ts';
import { outcomeOf } from './support/outcome.ts';

const TLS = {
  keys: [
    { public_key: 'a.pem', private_key: 'a.key' },
    { public_key: 'b.pem', private_key: 'b.key' },
  ],
};

const tlsOf = (values: object) => fromKrakend(withValue(base(), ['tls'], values)).listen.tls;

test('certificates of clients are asked for, and the newest version of TLS is served', () => {
  expect(tlsOf({ ...TLS, enable_mtls: true, ca_certs: ['ca.pem'] })).toEqual({
    keys: [
      { cert: 'a.pem', key: 'a.key' },
      { cert: 'b.pem', key: 'b.key' },
    ],
    minVersion: 'TLSv1.3',
    ca: ['ca.pem'],
    requestCert: true,
  });
});

test.each([
  [{ min_version: 'TLS12' }, 'TLSv1.2'],
  [{ min_version: 'TLS13' }, 'TLSv1.3'],
  [{}, 'TLSv1.3'],
])('with %j, the oldest version is %s', (values, minVersion) => {
  expect(tlsOf({ ...TLS, ...values })).toMatchObject({ minVersion, requestCert: false });
});

test('a certificate and its key may stand by themselves', () => {
  expect(tlsOf({ public_key: 'a.pem', private_key: 'a.key' })).toMatchObject({
    keys: [{ cert: 'a.pem', key: 'a.key' }],
  });
});

test('without TLS where it is disabled', () => {
  expect(tlsOf({ ...TLS, disabled: true })).toBeUndefined();
});

test('an older version as the newest is worth a warning', () => {
  const { problems, warnings } = outcomeOf(
    withValue(base(), ['tls'], { ...TLS, min_version: 'TLS12', max_version: 'TLS12' }),
  );
  expect(problems).toEqual([]);
  expect(warnings).toContainEqual({
    path: 'tls.max_version',
    message: expect.stringMatching(/newer versions/),
  });
});

test.each([
  ['healthz', /begins with/],
  ['/health/:name', /without/],
  ['/health/*all', /without/],
  ['/mcp?full', /without/],
  ['/mcp', /endpoint/],
  ['/mcp/', /endpoint/],
])('the path %s for health is a mistake', (path, reason) => {
  const document = withValue(base(), ['extra_config', 'router'], { health_path: path });
  expect(outcomeOf(document).problems).toEqual([
    expect.objectContaining({
      path: 'extra_config.router.health_path',
      expected: expect.stringMatching(reason),
    }),
  ]);
  const without = withValue(base(), ['extra_config', 'router'], {
    health_path: path,
    disable_health: true,
  });
  expect(outcomeOf(without).problems).toEqual([]);
});
