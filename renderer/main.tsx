import './gateway/schema-mode.ts';
import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';

import { QueryClientProvider } from '@tanstack/react-query';
import { LucideProvider } from 'lucide-react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connectGateway } from './gateway/gateway-store.ts';
import { requests } from './gateway/requests.ts';
import { ErrorBoundary } from './ui/error-boundary.tsx';

connectGateway();

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <LucideProvider className="icon">
        <QueryClientProvider client={requests}>
          <ErrorBoundary>
            <App />
          </ErrorBoundary>
        </QueryClientProvider>
      </LucideProvider>
    </StrictMode>,
  );
}
