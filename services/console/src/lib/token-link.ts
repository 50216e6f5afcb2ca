/** Reads `#token=…` from a fragment and gives back the fragment without it. */
export function takeToken(hash: string): { readonly token: string; readonly rest: string } {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const token = params.get('token')?.trim() ?? '';
  if (token === '') return { token: '', rest: hash };
  params.delete('token');
  const rest = params.toString();
  return { token, rest: rest ? `#${rest}` : '' };
}
