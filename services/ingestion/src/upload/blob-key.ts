/** Folder of the reports of a day: small enough to list, and a retention is easy to check by eye. */
export const reportFolder = (day: Date): string => `reports/${day.toISOString().slice(0, 10)}`;

export const blobKeyOf = (scanId: string, receivedAt: Date): string => `${reportFolder(receivedAt)}/${scanId}`;
