import { z } from 'zod';

export const webhookConfig = z.strictObject({
  kind: z.literal('webhook'),
  url: z.url({ protocol: /^https?$/ }).describe('Where events are POSTed.'),
  secret: z.string().min(16).max(200).describe('Key of the signature; write-only.'),
});
export type WebhookConfig = z.infer<typeof webhookConfig>;
