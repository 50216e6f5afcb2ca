import { describe, expect, it } from '@jest/globals';
import { closedFolder, postgresUser } from './postgres-binaries.js';

describe('closedFolder', () => {
  const modes: Record<string, number> = { '/root': 0o700, '/root/x': 0o755, '/srv': 0o755, '/srv/y': 0o711 };
  const mode = (folder: string): number => modes[folder] ?? 0;

  it('names the first folder that others may not enter', () => {
    expect(closedFolder('/root/x', mode)).toBe('/root');
  });

  it('finds none where everybody may pass', () => {
    expect(closedFolder('/srv/y', mode)).toBeUndefined();
  });
});

describe('postgresUser', () => {
  it('is ourselves unless we are root', () => {
    expect(postgresUser([], false)).toBeUndefined();
  });

  it('is not root where we are', () => {
    expect(postgresUser(['/'], true)?.uid).toBeGreaterThan(0);
  });
});
