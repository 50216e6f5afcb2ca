interface Key { readonly keyId: string; readonly pem: string }

/** A name on its own line, then the PEM block, for each key. */
export const writeKeys = (keys: readonly Key[]): string => keys.map((key) => `${key.keyId}\n${key.pem.trim()}`).join('\n\n');

export function readKeys(text: string): readonly Key[] {
  return [...text.matchAll(/^[ \t]*(\S.*?)?[ \t]*\n?(-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----)/gm)].map((match, index) => ({ keyId: match[1]?.trim() || `key-${index + 1}`, pem: `${(match[2] ?? '').split('\n').map((line) => line.trim()).join('\n')}\n` }));
}

/** What is wrong with the text, before it is sent; empty when nothing is. */
export function keyProblems(text: string): string {
  if (/PRIVATE KEY/.test(text)) return 'This is a private key. Only public keys belong here; treat the pasted one as leaked.';
  if (text.trim() !== '' && readKeys(text).length === 0) return 'Each key is a name and a block from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----.';
  const names = readKeys(text).map((key) => key.keyId);
  return new Set(names).size < names.length ? 'Two keys have one name.' : '';
}
