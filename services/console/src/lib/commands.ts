/** Commands to copy. The token stays a variable: a command that is pasted into a chat must not carry it. */
export function uploadCommand(origin: string): string {
  return `curl -sS --fail-with-body -H "Authorization: Bearer $THROUGHLINE_TOKEN" \\\n  --data-binary @report.sarif \\\n  "${origin}/v1/scans?repository=github.com/your-org/your-repo&commit=$(git rev-parse HEAD)"`;
}

export function imageCommand(origin: string): string {
  return `trivy image --format json --output trivy.json "$IMAGE"\ncurl -sS --fail-with-body -H "Authorization: Bearer $THROUGHLINE_TOKEN" \\\n  --data-binary @trivy.json "${origin}/v1/scans?image=$IMAGE_WITH_DIGEST"`;
}

export function deploymentCommand(origin: string): string {
  return `curl -sS --fail-with-body -H "Authorization: Bearer $THROUGHLINE_TOKEN" -H 'content-type: application/json' \\\n  -d '{"image":"registry.example/pay","digest":"sha256:…","service":"service:prod/default/pay","environment":"production","at":"${new Date().toISOString().slice(0, 19)}Z"}' \\\n  ${origin}/v1/observations/deployments`;
}

export function connectorCommand(origin: string): string {
  return `curl -sS --fail-with-body -X PUT -H "Authorization: Bearer $THROUGHLINE_TOKEN" -H 'content-type: application/json' \\\n  -d '{"kind":"github","organizations":["your-org"],"token":"…"}' \\\n  ${origin}/v1/connectors/github`;
}

export function teamCommand(origin: string): string {
  return `curl -sS --fail-with-body -X PUT -H "Authorization: Bearer $THROUGHLINE_TOKEN" -H 'content-type: application/json' \\\n  -d '{"name":"Payments"}' ${origin}/v1/teams/payments`;
}
