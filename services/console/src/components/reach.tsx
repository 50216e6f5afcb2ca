import type { Exposure } from '@throughline/domain';
import type { ReactElement } from 'react';
import { Icon } from './icons.js';

const WORDS: Readonly<Record<Exposure, string>> = { internet: 'Internet', limited: 'Limited', internal: 'Internal', none: 'None', unknown: 'Unknown' };

/** Who reaches something: mark and word; unknown is dashed and never looks like none. */
export function ReachTag({ exposure }: { readonly exposure: Exposure }): ReactElement {
  return <span className={`reach-tag ${exposure}`}><Icon name={exposure === 'internet' || exposure === 'limited' ? 'globe' : exposure === 'unknown' ? 'question' : 'lock'} size={13} />{WORDS[exposure]}</span>;
}
