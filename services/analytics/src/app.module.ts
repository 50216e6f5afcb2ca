import { Module, type DynamicModule } from '@nestjs/common';
import type { ClickHouse } from '@throughline/clickhouse';
import { MetricsController } from './http/metrics.controller.js';
import { CLICKHOUSE } from './tokens.js';

@Module({})
export class AnalyticsModule {
  static with(clickhouse: ClickHouse): DynamicModule {
    return { module: AnalyticsModule, controllers: [MetricsController], providers: [{ provide: CLICKHOUSE, useValue: clickhouse }] };
  }
}
