// ClickHouse as a process: the shared library of the npm package chdb holds clickhouse-local, which can open
// ClickHouse's own HTTP interface and then waits on standard input. It ends when that closes, so with its parent.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DataType, load, open } from 'ffi-rs';

const require = createRequire(import.meta.url);
const fromChdb = createRequire(require.resolve('chdb'));

const libraryPath = (): string => {
  const libc = process.platform === 'linux' ? '-gnu' : '';
  return join(dirname(fromChdb.resolve(`@chdb/lib-${process.platform}-${process.arch}${libc}/package.json`)), 'libchdb.so');
};

const [dataDir, httpPort, ...settings] = process.argv.slice(2);
const query = "SYSTEM START LISTEN HTTP; SELECT * FROM file('-', 'LineAsString') FORMAT Null";
const args = ['clickhouse', `--path=${dataDir}`, '--listen_host=127.0.0.1', `--http_port=${httpPort}`, ...settings, `--query=${query}`];

open({ library: 'chdb', path: libraryPath() });
load({
  library: 'chdb', funcName: 'chdb_query_cmdline', retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray], paramsValue: [args.length, args],
});
process.exit(0);
