/** A message above the producer's cap (FAULTS 21). Larger things travel by claim check: store them, announce where. */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';
  readonly code = 'message_too_large';

  constructor(readonly topic: string, readonly bytes: number, readonly limit: number) {
    super(`a message for ${topic} has ${bytes} bytes; the limit is ${limit}`);
  }
}

/** Too many records were rejected: more likely a bad deploy than bad records. The consumer stops and keeps the backlog. */
export class RejectBudgetExceeded extends Error {
  override readonly name = 'RejectBudgetExceeded';
  readonly code = 'reject_budget_exceeded';

  constructor(readonly topic: string, readonly verdict: string) {
    super(`${topic}: ${verdict}; the consumer stops so that the dead-letter topic is not flooded`);
  }
}

/** The log does not hold what comes next: records were deleted before they were applied, or the topic is another one. */
export class PositionOutOfRange extends Error {
  override readonly name = 'PositionOutOfRange';
  readonly code = 'position_out_of_range';

  constructor(readonly topic: string, readonly partition: number, readonly stored: bigint, readonly low: bigint, readonly high: bigint) {
    super(stored < low
      ? `${topic}/${partition}: the next record to apply is ${stored}, but the log begins at ${low}: ${low - stored} records were deleted unread`
      : `${topic}/${partition}: the next record to apply is ${stored}, but the log ends at ${high}: it was re-created or truncated`);
  }
}

/** A handler broke its contract (say, a wrong number of outcomes): a bug, never the record's fault. */
export class HandlerContractBroken extends Error {
  override readonly name = 'HandlerContractBroken';
  readonly code = 'handler_contract_broken';
}
