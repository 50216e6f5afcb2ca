/** Small choices kept on this machine. Storage may be absent or full; then a choice lasts as long as the page. */
const memory = new Map<string, string>();
const PREFIX = 'throughline.';

export function preference(name: string): string {
  try { return localStorage.getItem(PREFIX + name) ?? ''; } catch { return memory.get(name) ?? ''; }
}

export function setPreference(name: string, value: string): void {
  memory.set(name, value);
  try { localStorage.setItem(PREFIX + name, value); } catch { /* kept in memory */ }
}

export type Theme = 'system' | 'light' | 'dark';
export const themeNow = (): Theme => (['light', 'dark'].includes(preference('theme')) ? preference('theme') as Theme : 'system');

export function setTheme(theme: Theme): void {
  setPreference('theme', theme);
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function recents(): readonly string[] {
  return preference('recent').split('\n').filter(Boolean);
}

export function remember(query: string): void {
  setPreference('recent', [query, ...recents().filter((one) => one !== query)].slice(0, 6).join('\n'));
}
