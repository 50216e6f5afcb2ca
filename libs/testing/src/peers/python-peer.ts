import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { testingConfig } from '../config.js';
import { pythonPackage, type PythonPackage } from './python-package.js';

const READY_MS = 60_000;
const STOP_MS = 5000;

/** A process that stands for a system of the outside world, on a loopback port of its own. */
export interface Peer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface PythonPeer extends PythonPackage {
  readonly name: string;
  /** Python module that is run as a program. */
  readonly module: string;
  readonly args: (port: number) => readonly string[];
  readonly env: (port: number) => Readonly<Record<string, string>>;
  /** Path that answers 200 when it is ready. */
  readonly health: string;
}

/**
 * Runs the module, and ends it when our end of its stdin closes: however the test process dies, it leaves nothing behind.
 * The file descriptor is watched with `os.read`, as Python's own stdin object would be closed under the thread at exit.
 */
const RUN = `
import os, runpy, sys, threading
def watch():
    while os.read(0, 4096): pass
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
module = sys.argv[1]
sys.argv = sys.argv[1:]
runpy.run_module(module, run_name='__main__', alter_sys=True)
`;

/** Starts the peer, or prints why it cannot be had and answers undefined. */
export const startPythonPeer = async (peer: PythonPeer): Promise<Peer | undefined> => {
  const found = await pythonPackage(peer);
  if ('reason' in found) return absent(peer.name, found.reason);
  const port = await freePort();
  const child = spawn(found.python, ['-c', RUN, peer.module, ...peer.args(port)], {
    // Their home is the temporary folder: what they write beside their own memory is of no use later.
    cwd: tmpdir(), env: { ...ownEnv(), ...peer.env(port) }, stdio: ['pipe', 'ignore', 'pipe'],
  });
  const output = tail(child);
  const url = `http://127.0.0.1:${port}`;
  if (await ready(child, `${url}${peer.health}`)) {
    unreference(child);
    return { url, stop: () => stop(child) };
  }
  await stop(child);
  return absent(peer.name, `it did not start: ${output().trim().split('\n').at(-1) ?? ''}`);
};

const absent = (name: string, reason: string): undefined => {
  process.stderr.write(`The tests against ${name} do not run here: ${reason}\n`);
  return undefined;
};

/** Nothing of ours, above all no credentials. */
const ownEnv = (): Record<string, string> => ({ PATH: testingConfig().path, HOME: tmpdir(), PYTHONUNBUFFERED: '1' });

const tail = (child: ChildProcess): (() => string) => {
  let text = '';
  child.stderr?.on('data', (part: Buffer) => { text = (text + part.toString()).slice(-4000); });
  return () => text;
};

const ready = async (child: ChildProcess, url: string): Promise<boolean> => {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return true;
    await sleep(100);
  }
  return false;
};

/** A peer that nobody stopped does not keep a test process alive. */
const unreference = (child: ChildProcess): void => {
  child.unref();
  for (const stream of [child.stdin, child.stderr]) (stream as { unref?: () => void } | null)?.unref?.();
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.ref(); // who stops it waits for its end
  child.kill('SIGTERM');
  const late = sleep(STOP_MS, 'late' as const);
  if (await Promise.race([ended, late]) === 'late') {
    child.kill('SIGKILL');
    await ended;
  }
};

/** A port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};
