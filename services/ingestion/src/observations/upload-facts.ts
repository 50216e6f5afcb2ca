import { assetFact, linkFact, timeless, type Fact } from '@throughline/connectors/api';
import { repositoryUrn, urn, type TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { ScanQuery } from '../domain/scan-query.js';
import { publishFacts } from './publish.js';

export interface UploadFacts { readonly tenantId: TenantId; readonly scanId: string; readonly query: ScanQuery; readonly at: Date }

/**
 * What an upload declares of the durable model: its repository, application and environment exist, and the repository is
 * part of the application. Natural keys hold no time: only the first upload that says so announces it.
 */
export function uploadFacts({ query, at }: Pick<UploadFacts, 'query' | 'at'>): Fact[] {
  const observedAt = at.toISOString();
  const facts: Fact[] = [];
  const repository = query.repository === undefined ? undefined : repositoryUrn(query.repository, query.path ?? '');
  const application = query.application === undefined ? undefined : urn(`application:${query.application}`);
  if (repository !== undefined) facts.push(assetFact(`asset|${repository}`, { urn: repository, kind: 'repository', attributes: {}, observedAt }));
  if (application !== undefined) facts.push(assetFact(`asset|${application}`, { urn: application, kind: 'application', attributes: { name: query.application }, observedAt }));
  if (query.environment !== undefined) {
    const environment = urn(`environment:${query.environment}`);
    facts.push(assetFact(`asset|${environment}`, { urn: environment, kind: 'environment', attributes: { name: query.environment }, observedAt }));
  }
  if (repository !== undefined && application !== undefined) {
    facts.push(linkFact(`link|${repository}|part-of|${application}`, {
      from: repository, to: application, kind: 'part-of', method: 'manual', evidence: { declaredBy: 'upload' }, validFrom: observedAt, observedAt,
    }));
  }
  return facts.map(timeless);
}

export async function announceUploadFacts(unit: Unit, upload: UploadFacts): Promise<void> {
  const facts = uploadFacts(upload);
  if (facts.length > 0) await publishFacts(unit, { tenantId: upload.tenantId, source: 'upload', facts, receivedAt: upload.at });
}
