import { objectOf, textOf, type JsonObject } from '@throughline/connectors/api';
import { parseAllDocuments } from 'yaml';

const MAX_BYTES = 64 * 1024;

/**
 * Owner and system that a Backstage catalog-info.yaml names
 * (https://backstage.io/docs/features/software-catalog/descriptor-format): of the first Component, else of the first
 * entity that has an owner. Templates and broken files name nobody.
 */
export function catalogAttributes(text: string): JsonObject {
  const entities = entitiesOf(text);
  const entity = entities.find((one) => textOf(one['kind']) === 'Component' && ownerOf(one) !== '') ?? entities.find((one) => ownerOf(one) !== '');
  if (entity === undefined) return {};
  const system = textOf(objectOf(entity['spec'])['system'], 200);
  return { backstageOwner: ownerOf(entity), backstageName: textOf(objectOf(entity['metadata'])['name'], 200), ...(system !== '' && { backstageSystem: system }) };
}

const ownerOf = (entity: JsonObject): string => textOf(objectOf(entity['spec'])['owner'], 200).trim();

function entitiesOf(text: string): readonly JsonObject[] {
  if (text.length > MAX_BYTES) return [];
  try {
    const documents = parseAllDocuments(text, { logLevel: 'silent' });
    return 'empty' in documents ? [] : documents.filter((document) => document.errors.length === 0).map((document) => objectOf(document.toJS({ maxAliasCount: 20 })));
  } catch {
    return [];
  }
}
