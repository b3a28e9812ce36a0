import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The pages are built into web/dist, from where the server sends them. `npm run dev` passes /api to a studio on 4242. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true, modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:4242', headers: { origin: 'http://127.0.0.1:4242' } } } },
});
