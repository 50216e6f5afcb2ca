-- Several feeds hold the same advisory (OSV's own export and GitHub's): the one that changed it last speaks.
alter table ingestion.intel_emitted add column modified text not null default '';
comment on column ingestion.intel_emitted.modified is 'when the feed changed the advisory last, RFC 3339 UTC; empty where feeds do not say so';
comment on column ingestion.intel_feeds.source is 'the feed; for OSV with a fingerprint of its address, since there are several';
