import { bySyntax, sniff, type Parser } from '../../api/index.js';
import { JSON_ELEMENTS, parseJson } from './json.js';
import { SEVERITIES } from './vulnerability.js';
import { XML_ELEMENTS, parseXml } from './xml.js';

export const parser: Parser = {
  id: 'cyclonedx', name: 'CycloneDX JSON and XML', tool: '', classes: ['sca', 'container'], syntax: ['json', 'xml'], elements: [...JSON_ELEMENTS, ...XML_ELEMENTS],
  versions: ['1.4 to 1.7', '1.0 to 1.3 with the vulnerability extension (XML)'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version'] },
  verified: [
    { tool: 'trivy', version: '0.48.1', by: 'published-sample' }, { tool: 'grype', version: '0.41.0', by: 'published-sample' }, { tool: 'cyclonedx-python-lib', version: '1.3.0', by: 'published-sample' },
  ],
  produce: '`trivy image --format cyclonedx --scanners vuln IMAGE`, `grype IMAGE -o cyclonedx-json`, or any other tool that writes CycloneDX with vulnerabilities or VEX',
  detect(head) {
    const { syntax, root, values, text } = sniff(head);
    if (syntax === 'xml') return root === 'bom' && text.includes('cyclonedx.org/schema/bom/') ? 0.97 : 0;
    return values.get('bomFormat') === 'CycloneDX' || (syntax === 'json' && /"bomFormat"\s*:\s*"CycloneDX"/.test(text)) ? 0.96 : 0;
  },
  parse: bySyntax({ json: parseJson, xml: parseXml }),
};
