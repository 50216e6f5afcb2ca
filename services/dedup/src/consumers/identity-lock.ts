/** Name of the lock under which the identity of findings of an asset is decided: by scans, operators and lineage. */
export const identityLock = (tenant: string, asset: string): string => `identity|${tenant}|${asset}`;
