import { Fragment, type ReactElement } from 'react';
import { type Block, blocksOf, sectionsOf } from '../lib/doc.js';
import { Command } from './bits.js';

/** A document of ours as plain elements; code can be copied. What comes after the first section folds away under its heading. */
export function Doc({ text }: { readonly text: string }): ReactElement {
  const [intro, ...sections] = sectionsOf(blocksOf(text));
  return (
    <div className="doc stack">
      <Blocks of={intro?.blocks ?? []} />
      {sections.map((section, index) => <details key={section.title} open={index === 0}><summary><h3>{section.title}</h3></summary><Blocks of={section.blocks} /></details>)}
    </div>
  );
}

function Blocks({ of }: { readonly of: readonly Block[] }): ReactElement {
  return <div className="stack-s">{of.map((block, index) => <One key={index} block={block} />)}</div>;
}

function One({ block }: { readonly block: Block }): ReactElement {
  switch (block.kind) {
    case 'heading': return <h4>{block.text}</h4>;
    case 'text': return <p><Inline text={block.text} /></p>;
    case 'list': return <ul className="bullets">{block.items.map((item, index) => <li key={index}><Inline text={item} /></li>)}</ul>;
    case 'code': return <Command>{block.text}</Command>;
    case 'table': return <div className="table-wrap"><table className="table"><thead><tr>{block.head.map((cell, index) => <th key={index} scope="col"><Inline text={cell} /></th>)}</tr></thead><tbody>{block.rows.map((row, index) => <tr key={index}>{row.map((cell, at) => <td key={at}><Inline text={cell} /></td>)}</tr>)}</tbody></table></div>;
  }
}

/** `code`, **bold** and [links], whose address is told, not opened: documents point into the repository. */
function Inline({ text }: { readonly text: string }): ReactElement {
  const parts = text.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/);
  return <>{parts.map((part, index) => <Fragment key={index}>{part.startsWith('`') && part.length > 1 ? <code>{part.slice(1, -1)}</code> : part.startsWith('**') ? <b>{part.slice(2, -2)}</b> : part.startsWith('*') && part.length > 2 ? <em>{part.slice(1, -1)}</em> : part}</Fragment>)}</>;
}
