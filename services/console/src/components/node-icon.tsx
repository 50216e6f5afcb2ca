import type { ReactElement } from 'react';
import { Icon, type IconName } from './icons.js';

const ICONS: Readonly<Record<string, IconName>> = {
  'repository': 'repository', 'commit': 'repository', 'pull-request': 'repository', 'build': 'build', 'image': 'image', 'image-name': 'image', 'tag': 'image',
  'service': 'service', 'task': 'service', 'task-definition': 'service', 'cluster': 'service', 'load-balancer': 'balancer', 'target-group': 'balancer', 'listener': 'balancer', 'listener-rule': 'balancer',
  'endpoint': 'globe', 'team': 'team', 'application': 'inventory', 'environment': 'node', 'account': 'lock', 'cloud-resource': 'node',
};

export function NodeIcon({ kind, size = 16 }: { readonly kind: string; readonly size?: number }): ReactElement {
  return <Icon name={ICONS[kind] ?? 'node'} size={size} />;
}
