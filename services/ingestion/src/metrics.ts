import { meter } from '@throughline/observability';

type Add = (value: number, attributes?: Readonly<Record<string, string>>) => void;

/** Made at first use: a counter made before telemetry has started would count for nobody. */
function counter(name: string, description: string, unit = ''): Add {
  let made: ReturnType<ReturnType<typeof meter>['createCounter']> | undefined;
  return (value, attributes) => {
    made ??= meter().createCounter(name, { description, unit });
    made.add(value, attributes);
  };
}

export const countUpload = counter('throughline_uploads', 'Uploads by result: accepted, duplicate, or the code of the refusal');
export const countUploadBytes = counter('throughline_upload_bytes', 'Plain bytes of accepted reports', 'By');
export const countWebhook = counter('throughline_webhooks', 'Webhook deliveries by result: applied, repeated, ignored, refused');
export const countFeed = counter('throughline_feed_loads', 'Loads of feeds by feed and result: loaded, or the code of the failure');
export const countPull = counter('throughline_pull_pages', 'Pages of pulls by kind of connector and result: page, ended, or the code of the failure');
