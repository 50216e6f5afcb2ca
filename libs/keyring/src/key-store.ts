import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { TenantId } from '@throughline/domain';
import { KeyDestroyedError } from './errors.js';

/**
 * Port to where wrapped data keys are kept. Several services share the keys of a tenant and none may read another's
 * schema, so the store is no table: the driver below keeps files in a directory that all of them mount.
 */
export interface KeyStore {
  /** Versions that exist, ascending; empty for an unknown tenant. Throws KeyDestroyedError after `destroy`. */
  versions(tenant: TenantId): Promise<readonly number[]>;
  /** The wrapped key; undefined when that version does not exist. */
  read(tenant: TenantId, version: number): Promise<Buffer | undefined>;
  /** Writes it durably; false when another writer was first (its key is then the one to use). */
  create(tenant: TenantId, version: number, wrapped: Buffer): Promise<boolean>;
  /** Removes every version for ever and leaves a tombstone. */
  destroy(tenant: TenantId): Promise<void>;
}

const TOMBSTONE = 'destroyed';

/** Files `<dir>/<tenant>/<version>.key`. A link from a finished temporary file is what makes creation atomic and exclusive. */
export function fileKeyStore(dir: string): KeyStore {
  const folder = (tenant: TenantId): string => join(dir, tenant);
  const file = (tenant: TenantId, version: number): string => join(folder(tenant), `${version}.key`);
  return {
    async versions(tenant) {
      const names = await readdir(folder(tenant)).catch(absent<string[]>([]));
      if (names.includes(TOMBSTONE)) throw new KeyDestroyedError(`the keys of tenant ${tenant} were destroyed`);
      return names.flatMap((name) => /^(\d+)\.key$/.exec(name)?.[1] ?? []).map(Number).sort((a, b) => a - b);
    },
    read: (tenant, version) => readFile(file(tenant, version)).catch(absent<Buffer | undefined>(undefined)),
    async create(tenant, version, wrapped) {
      await mkdir(folder(tenant), { recursive: true, mode: 0o700 });
      const temporary = join(folder(tenant), `.${randomUUID()}`);
      await writeDurably(temporary, wrapped);
      try {
        await link(temporary, file(tenant, version));
        await syncDirectory(folder(tenant));
        await syncDirectory(dir);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await unlink(temporary).catch(() => undefined);
      }
    },
    async destroy(tenant) {
      await mkdir(folder(tenant), { recursive: true, mode: 0o700 });
      // The tombstone comes first: a crash in between must not leave a tenant for which a new key could be made.
      await writeDurably(join(folder(tenant), TOMBSTONE), Buffer.alloc(0), 'w');
      for (const name of await readdir(folder(tenant))) {
        if (name !== TOMBSTONE) await rm(join(folder(tenant), name), { force: true });
      }
      await syncDirectory(folder(tenant));
    },
  };
}

/** In memory, for tests of what stands on a keyring. */
export function memoryKeyStore(): KeyStore {
  const keys = new Map<string, Map<number, Buffer>>();
  const destroyed = new Set<string>();
  return {
    versions: async (tenant) => {
      if (destroyed.has(tenant)) throw new KeyDestroyedError(`the keys of tenant ${tenant} were destroyed`);
      return [...(keys.get(tenant)?.keys() ?? [])].sort((a, b) => a - b);
    },
    read: async (tenant, version) => keys.get(tenant)?.get(version),
    create: async (tenant, version, wrapped) => {
      const own = keys.get(tenant) ?? new Map<number, Buffer>();
      if (own.has(version)) return false;
      keys.set(tenant, own.set(version, wrapped));
      return true;
    },
    destroy: async (tenant) => {
      destroyed.add(tenant);
      keys.delete(tenant);
    },
  };
}

async function writeDurably(path: string, bytes: Buffer, flag = 'wx'): Promise<void> {
  const handle = await open(path, flag, 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** By shape: an error of the platform may come from another realm, where instanceof says no. */
const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined);

function absent<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return value;
    throw error;
  };
}
