import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The gateway in development: the mock by default, a running platform with CONSOLE_API. */
const api = process.env['CONSOLE_API'] ?? 'http://127.0.0.1:4180';

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@throughline/source', 'module', 'browser', 'development|production'] },
  build: {
    outDir: 'dist',
    // Assets as data: URLs would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        manualChunks(id: string) {
          if (/node_modules\/(?:\.pnpm\/)?(react|react-dom|scheduler)[@/]/.test(id)) return 'react';
          if (id.includes('@tanstack')) return 'tanstack';
          return undefined;
        },
      },
    },
  },
  server: { proxy: { '/v1': api } },
});
