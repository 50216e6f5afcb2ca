// Loaded with --import before a service: our parent holds the other end of standard input. When that closes the parent
// has died, and a service that nobody supervises must not go on holding its port and its place in the consumer group.
process.stdin.on('error', () => undefined);
process.stdin.once('end', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), 12_000).unref();
});
process.stdin.resume();
(process.stdin as unknown as { unref?: () => void }).unref?.(); // a pipe is a socket: it must not keep the process alive
