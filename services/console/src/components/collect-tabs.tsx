import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';

export function CollectTabs(): ReactElement {
  return (
    <nav className="tabs" aria-label="Collect">
      <Link to="/collect/scans" activeProps={{ className: 'active' }}>Scans</Link>
      <Link to="/collect/connectors" activeProps={{ className: 'active' }}>Connectors</Link>
      <Link to="/collect/coverage" activeProps={{ className: 'active' }}>Chain coverage</Link>
      <Link to="/collect/provenance" activeProps={{ className: 'active' }}>Provenance</Link>
      <Link to="/collect/dead-letters" activeProps={{ className: 'active' }}>Dead letters</Link>
    </nav>
  );
}
