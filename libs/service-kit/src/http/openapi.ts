import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** Builds the service's part of the OpenAPI document; the gateway merges the parts to /v1/openapi.json. */
export function openApiOf(app: INestApplication, service: string): object {
  const config = new DocumentBuilder().setTitle(`Throughline ${service}`).setVersion('1').setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }).addSecurityRequirements('bearer').build();
  return SwaggerModule.createDocument(app, config, { operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}` });
}
