/** What a pasted text leads to: the palette and the links in texts share this one reading. */
export type Jump =
  | { readonly kind: 'finding'; readonly id: string }
  | { readonly kind: 'identifier'; readonly id: string }
  | { readonly kind: 'component'; readonly purl: string }
  | { readonly kind: 'trace'; readonly from: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ADVISORY = /^(CVE-\d{4}-\d{4,}|GHSA(-[23456789cfghjmpqrvwx]{4}){3}|CWE-\d+|(PYSEC|GO|RUSTSEC|OSV|DSA|DLA|USN|ALAS|RHSA|SNYK|MAL)-[\w.:-]+)$/i;
const URN = /^(repo|commit|pr|build|image-name|image|tag|task-definition|service|task|target-group|lb|listener|listener-rule|endpoint|cloud-resource|cluster|account|team|application|environment|arn):\S+$/;

export function jumpOf(text: string): Jump | undefined {
  const value = text.trim();
  if (UUID.test(value)) return { kind: 'finding', id: value.toLowerCase() };
  if (ADVISORY.test(value)) return { kind: 'identifier', id: value.toUpperCase() };
  if (value.startsWith('pkg:')) return { kind: 'component', purl: value };
  if (URN.test(value)) return { kind: 'trace', from: value };
  if (/^sha256:[0-9a-f]{64}$/i.test(value)) return { kind: 'trace', from: `image:${value.toLowerCase()}` };
  if (/^(https?:\/\/)?github\.com\/[\w.-]+\/[\w.-]+\/?$/i.test(value)) return { kind: 'trace', from: `repo:${value.replace(/^https?:\/\//i, '').replace(/\/$/, '')}` };
  return undefined;
}
