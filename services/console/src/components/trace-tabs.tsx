import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';

export function TraceTabs(): ReactElement {
  const active = { activeProps: { className: 'active' }, activeOptions: { exact: true, includeSearch: false } };
  return (
    <nav className="tabs" aria-label="Trace">
      <Link to="/trace" search={{}} {...active}>Explore</Link>
      <Link to="/trace/exposed" {...active}>Exposed</Link>
      <Link to="/trace/blast-radius" {...active}>Blast radius</Link>
      <Link to="/collect/coverage" {...active}>Coverage</Link>
    </nav>
  );
}
