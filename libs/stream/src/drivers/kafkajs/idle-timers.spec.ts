import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createRequire } from 'node:module';
import { createKafka } from './connection.js';

interface Queue { checkPendingRequests(): void; scheduleCheckPendingRequests(): void; pending: unknown[]; destroy(): void }
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (options: object) => Queue;

afterEach(() => { jest.restoreAllMocks(); });

describe('an idle connection of kafkajs', () => {
  it('sets no timer while nothing is pending, and one that is not negative when something is', () => {
    createKafka({ brokers: ['127.0.0.1:9'], clientId: 'test' });
    const queue = new RequestQueue({ instrumentationEmitter: null, maxInFlightRequests: 1, requestTimeout: 1000, enforceRequestTimeout: false, clientId: 'c', broker: 'b', logger: { debug: () => undefined }, isConnected: () => true });
    const timers = jest.spyOn(globalThis, 'setTimeout');
    queue.checkPendingRequests();
    expect(timers).not.toHaveBeenCalled();
    queue.pending.push({});
    queue.scheduleCheckPendingRequests();
    expect(timers.mock.calls.map(([, ms]) => Number(ms) > 0)).toEqual([true]);
    queue.destroy();
  });
});
