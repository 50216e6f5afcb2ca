/**
 * Server settings of every connection that runs units: a frozen process must not hold locks that block others (FACTS:
 * lock holder frozen by SIGSTOP), and no statement runs for ever.
 */
export const UNIT_SETTINGS: Readonly<Record<string, string>> = {
  lock_timeout: '5s',
  idle_in_transaction_session_timeout: '5s',
  statement_timeout: '30s',
};

/** Start-up parameter `options`: settings arrive with the connection and cost no round trip. */
export function serverOptions(schema: string, settings: Readonly<Record<string, string>>): string {
  const all = { search_path: `${schema},platform`, ...settings };
  return Object.entries(all).map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`).join(' ');
}
