import { createServer, type Server } from 'node:net';

const HOST = '127.0.0.1';

const listen = (port: number): Promise<Server | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: HOST, exclusive: true }, () => resolve(server));
  });

const portOf = (server: Server): number => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
};

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

export const isPortFree = async (port: number): Promise<boolean> => {
  const server = await listen(port);
  if (server) await close(server);
  return server !== undefined;
};

/**
 * A free port for each name: the one it had before when that is still free, else one the system chooses.
 * All are held until the last is chosen, so that no two names get the same.
 */
export const choosePorts = async (
  names: readonly string[], previous: Readonly<Record<string, number>> = {}, reserved: readonly number[] = [],
): Promise<Record<string, number>> => {
  const held: Server[] = [];
  const chosen: Record<string, number> = {};
  const take = async (port: number): Promise<number | undefined> => {
    const server = await listen(port);
    if (!server) return undefined;
    held.push(server);
    const actual = portOf(server);
    return reserved.includes(actual) ? undefined : actual;
  };
  try {
    for (const name of names) {
      const kept = previous[name];
      let port = kept ? await take(kept) : undefined;
      while (port === undefined) port = await take(0);
      chosen[name] = port;
    }
  } finally {
    await Promise.all(held.map(close));
  }
  return chosen;
};
