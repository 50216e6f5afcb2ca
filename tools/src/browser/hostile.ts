/** A report whose every text tries to run (FAULTS 58). */
export const HOSTILE_TITLE = '<img src=x onerror=alert(58)>';
const link = '[fix](javascript:alert(58)) <a href="javascript:alert(58)">fix</a> <svg onload=alert(58)>';

export function hostileSarif(): string {
  return JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'hostile"><script>alert(58)</script>', rules: [{ id: 'rule"><img src=x onerror=alert(58)>', name: HOSTILE_TITLE, shortDescription: { text: HOSTILE_TITLE }, fullDescription: { text: `${HOSTILE_TITLE} ${link}`, markdown: link }, helpUri: 'javascript:alert(58)', help: { text: link, markdown: link } }] } },
      invocations: [{ executionSuccessful: true }],
      results: [{ ruleId: 'rule"><img src=x onerror=alert(58)>', ruleIndex: 0, level: 'error', message: { text: `${HOSTILE_TITLE} ${link}`, markdown: link }, locations: [{ physicalLocation: { artifactLocation: { uri: 'src/<script>alert(58)</script>.js' }, region: { startLine: 3, snippet: { text: '</pre><script>alert(58)</script>' } } } }] }],
    }],
  });
}
