import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { session } from './api/client.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/pages.css';
import './styles/trace.css';
import { takeToken } from './lib/token-link.js';
import { queryClient, router } from './router.js';

// A link from the launcher may carry the token in its fragment, which no server sees; it is taken once and struck out.
const link = takeToken(location.hash);
if (link.token) {
  session.open(link.token);
  history.replaceState(null, '', location.pathname + location.search + link.rest);
}

const element = document.getElementById('root');
if (element) {
  createRoot(element).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}><RouterProvider router={router} /></QueryClientProvider>
    </StrictMode>,
  );
}
