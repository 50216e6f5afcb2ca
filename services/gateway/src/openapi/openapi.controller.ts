import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Public } from '@throughline/service-kit';
import { OpenApiSource } from './source.js';

/** The API's description; public, since it tells nothing of any tenant. */
@Public()
@Controller()
export class OpenApiController {
  constructor(@Inject(OpenApiSource) private readonly source: OpenApiSource) {}

  @Get('v1/openapi.json')
  @Header('content-type', 'application/json')
  async document(): Promise<string> {
    return JSON.stringify(await this.source.document());
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'")
  docs(): string {
    return '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Throughline API</title><link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head><body><div id="swagger-ui"></div><script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>';
  }

  @Get('docs/start.js')
  @Header('content-type', 'text/javascript')
  start(): string {
    return "window.ui = SwaggerUIBundle({ url: '/v1/openapi.json', dom_id: '#swagger-ui', deepLinking: true });";
  }
}
