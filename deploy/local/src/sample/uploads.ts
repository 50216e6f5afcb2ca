import { commitOf, daysBefore, imageReference, SERVICES, type SampleService } from './world.js';

/** One report and what `POST /v1/scans` is told of it. */
export interface SampleUpload { readonly file: string; readonly query: Readonly<Record<string, string>> }

const CODE_REPORTS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  pay: [['eslint.sarif', 'sast'], ['njsscan.sarif', 'sast'], ['gitleaks.json', 'secrets'], ['zizmor.sarif', 'ci']],
  storefront: [['bandit.sarif', 'sast'], ['checkov.json', 'iac'], ['hadolint.sarif', 'iac']],
};

const IMAGE_REPORTS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  pay: [['trivy-pay-1.4.0.json', '1.4.0'], ['trivy-pay-1.5.0.json', '1.5.0']],
  storefront: [['trivy-storefront.json', '2.3.1']],
  ledger: [['trivy-ledger.json', '0.9.2']],
  notifier: [['trivy-notifier.json', '2025-03']],
  'labs-report': [['trivy-labs-report.json', '0.1.0']],
};

/** All uploads in the order of their scans' times, so that the world grows as it did. */
export function sampleUploads(now: Date): readonly SampleUpload[] {
  const uploads = [...SERVICES.flatMap((service) => [...codeUploads(service, now), ...imageUploads(service, now)]), {
    file: 'zap-shop.xml', query: { url: 'https://shop.acme.example', application: 'shop', service: 'storefront', environment: 'prod', scannedAt: daysBefore(now, 5), coverage: 'complete' },
  }];
  return uploads.sort((a, b) => (a.query['scannedAt'] ?? '').localeCompare(b.query['scannedAt'] ?? ''));
}

function codeUploads(service: SampleService, now: Date): readonly SampleUpload[] {
  const release = service.releases.at(-1);
  return (CODE_REPORTS[service.name] ?? []).map(([file, category]) => ({
    file, query: { repository: `github.com/acme/${service.repository}`, branch: 'main', commit: commitOf(service.name, release?.version ?? ''), application: service.application, service: service.name, category, scannedAt: daysBefore(now, (release?.builtDaysAgo ?? 1) - 0.01), coverage: 'complete' },
  }));
}

function imageUploads(service: SampleService, now: Date): readonly SampleUpload[] {
  return (IMAGE_REPORTS[service.name] ?? []).map(([file, version]) => ({
    file, query: { image: imageReference(service.name, version), application: service.application, service: service.name, scannedAt: daysBefore(now, Math.min(30, (service.releases.find((r) => r.version === version)?.builtDaysAgo ?? 1) - 0.02)), coverage: 'complete' },
  }));
}
