import type { Cursor, PullConnector, PullContext, PullPage } from '@throughline/connectors/api';
import { EVERY_SECONDS, type AwsConfig } from './config.js';
import { beginning, readCursor, type PullCursor } from './cursor.js';
import { planOf, type Unit } from './plan.js';
import { readUnit } from './read-unit.js';
import type { SessionOptions } from './session.js';
import { watch } from './watch.js';

/** AWS, read: accounts, regions and scopes one after the other, a page a call. */
export const awsConnector: PullConnector<AwsConfig> = {
  kind: 'aws',
  everySeconds: EVERY_SECONDS,
  pull: (config, cursor, context) => pullPage(config, cursor, context),
};

export async function pullPage(config: AwsConfig, cursor: Cursor, context: PullContext, options: SessionOptions = {}): Promise<PullPage> {
  const { focus } = context;
  const plan = focus === undefined ? planOf(config) : planOf(config).filter(({ key }) => key === focus);
  const at = readCursor(cursor) ?? beginning(context.clock.now(), plan[0]?.key, context.memory);
  if (at.watch !== undefined) {
    const looked = await watch(config, at, context, options);
    if (looked !== undefined) return looked;
    return pullPage(config, null, { ...context, memory: { finished: at.finished } }, options);
  }
  const unit = unitAt(plan, at);
  if (unit === undefined) return nothingToRead(plan, focus);
  const { page, after } = await readUnit(config, unit, at, context, options);
  const next = after.unit === unit.key ? unit : plan[plan.indexOf(unit) + 1];
  if (next !== undefined) return { ...page, cursor: { ...after, unit: next.key }, more: true };
  return atTheEnd(config, page, after, context);
}

/** Where the cursor stands; a place that the configuration names no more ends the pull, so that the next one is whole. */
const unitAt = (plan: readonly Unit[], at: PullCursor): Unit | undefined => plan.find(({ key }) => key === at.unit);

const nothingToRead = (plan: readonly Unit[], focus: string | undefined): PullPage => ({
  source: plan[0]?.source ?? 'aws', facts: [], cursor: null, more: false, gaps: focus === undefined && plan.length > 0
    ? [{ scope: 'aws', code: 'changed', reason: 'the configuration changed while it was pulled', remedy: 'Nothing: the next pull reads all of it.' }] : [],
});

/** A full pull ends, or goes on to look for changes until the next one is due. */
function atTheEnd(config: AwsConfig, page: Omit<PullPage, 'cursor' | 'more'>, after: PullCursor, { focus, clock }: PullContext): PullPage {
  const memory = { finished: after.finished };
  const seconds = config.watch?.everySeconds;
  if (focus !== undefined) return { ...page, cursor: null, more: false };
  if (seconds === undefined) return { ...page, cursor: null, more: false, memory };
  const lookAt = new Date(clock.now().getTime() + seconds * 1000);
  return {
    ...page, more: true, settled: true, waitUntil: lookAt,
    cursor: { ...after, unit: '', state: null, watch: { since: after.startedAt, lookAt: lookAt.toISOString(), seen: [], waiting: [] } },
  };
}
