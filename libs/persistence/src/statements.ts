/** Named statements of the hot path; the connection prepares each once. Tables are found by the search path. */
interface Statement {
  readonly name: string;
  readonly text: string;
}

/** First statement of a unit: the tenants that row-level security lets through, for this transaction only. */
export const BEGIN_UNIT: Statement = {
  name: 'tl_begin_unit',
  text: `select set_config('app.tenants', $1, true)`,
};

/** First statement of a fenced unit: tenants and compare-and-set of the offset in one round trip. No row: fenced. */
export const MOVE_OFFSET: Statement = {
  name: 'tl_move_offset',
  text: `with tenants as materialized (select set_config('app.tenants', $1, true) as value)
update offsets set next_offset = $7, updated_at = now() from tenants
where tenants.value is not null and consumer_group = $2 and topic = $3 and partition = $4 and log_id = $5 and next_offset = $6
returning 1`,
};

/** The same for a partition that the runner found without a row; two beginners cannot both win. */
export const CREATE_OFFSET: Statement = {
  name: 'tl_create_offset',
  text: `with tenants as materialized (select set_config('app.tenants', $1, true) as value)
insert into offsets as o (consumer_group, topic, partition, log_id, next_offset)
select $2, $3, $4, $5, $7 from tenants where tenants.value is not null
on conflict (consumer_group, topic, partition, log_id)
do update set next_offset = excluded.next_offset, updated_at = now() where o.next_offset = $6
returning 1`,
};

export const READ_OFFSET: Statement = {
  name: 'tl_read_offset',
  text: 'select next_offset from offsets where consumer_group = $1 and topic = $2 and partition = $3 and log_id = $4',
};

export const READ_OFFSETS: Statement = {
  name: 'tl_read_offsets',
  text: 'select partition, next_offset from offsets where consumer_group = $1 and topic = $2 and partition = any($3::int[]) and log_id = $4',
};

/** Rows of one statement: as many as a usual batch has; more come in several statements. */
export const OUTBOX_ROWS = 8;

/**
 * Last statement before commit: the packed messages, and the word to the relay. Each payload is a parameter of its own,
 * because only those travel as bytes: inside an array they are hexadecimal text, twice as long, written and read digit by digit.
 */
export const insertOutbox = (schema: string, rows: number): Statement => ({
  name: `tl_insert_outbox_${rows}`,
  text: `with inserted as (
  insert into outbox (messages, bytes, payload) values ${Array.from({ length: rows }, (_, row) => `($${row * 3 + 1}, $${row * 3 + 2}, $${row * 3 + 3})`).join(', ')}
)
select pg_notify('${outboxChannel(schema)}', '')`,
});

export const outboxChannel = (schema: string): string => `outbox_${schema}`;
