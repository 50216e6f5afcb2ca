import { describe, expect, it } from '@jest/globals';
import { createTestCodec, TOPICS, type FindingChanged, type RiskChanged } from '@throughline/contracts';
import { readFileSync } from 'node:fs';
import { SINK_READS } from '../consumers/sink.handler.js';
import { findingRow, riskRow, type FindingFacts, type RiskFacts } from './rows.js';

const example = (topic: string): object => JSON.parse(readFileSync(`../../schemas/examples/${topic}.json`, 'utf8')) as object;

describe('rows', () => {
  it('are the same of the fields that are read as of the whole record', async () => {
    const [whole, part] = [createTestCodec(), createTestCodec(SINK_READS)];
    await Promise.all([whole.prepare(), part.prepare()]);
    const read = async (topic: string): Promise<readonly [unknown, unknown]> => {
      const bytes = whole.encode(topic, example(topic));
      return [await whole.decode(topic, bytes), await part.decode(topic, bytes)];
    };
    const [finding, findingFacts] = await read(TOPICS.findingChanged);
    expect(findingRow(findingFacts as FindingFacts)).toEqual(findingRow(finding as FindingChanged));
    const [risk, riskFacts] = await read(TOPICS.riskChanged);
    expect(riskRow(riskFacts as RiskFacts)).toEqual(riskRow(risk as RiskChanged));
    expect(Object.keys(riskFacts as object).length).toBeLessThan(Object.keys(risk as object).length);
  });
});
