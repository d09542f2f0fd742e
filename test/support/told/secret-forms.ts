/**
 * The texts in which a secret may appear: as it is, in JSON, as `util.inspect` writes it, percent-encoded as a
 * whole and as a form, and in Base64, also as a part of a longer encoded text.
 */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    secret.replaceAll('\\', '\\\\'),
    encodeURI(secret),
    new URL(`http://h/?${secret.replaceAll('#', '')}`).search.slice(1),
    encodeURIComponent(secret),
    new URLSearchParams({ a: secret }).toString().slice(2),
    bytes.toString('hex'),
    bytes.toString('hex').replace(/..(?=.)/g, '$& '),
  ];
  for (const before of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // The characters at both ends also hold bits of the neighbouring bytes.
    const own = padded.slice(before === 0 ? 0 : before + 1).replace(/.?=+$/, '');
    forms.push(own, own.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(own));
  }
  return [...new Set(forms)];
}

/** The names of the secrets that are in a text, in any form. */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)))
    .map(([name]) => name);
}
