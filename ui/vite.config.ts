import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The policy that the desktop shell sends, so that `vite preview` (and with it
// the UI tests) refuses what the real window would refuse.
const contentSecurityPolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' photo: http://photo.localhost data: blob:",
].join('; ');

export default defineConfig({
  plugins: [svelte()],
  // The oldest web engine that the window may run in: WebKitGTK and WKWebView of 2023.
  build: { target: 'safari17', outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 350 },
  server: { port: 5173, strictPort: true },
  preview: {
    port: 4199,
    strictPort: true,
    headers: { 'Content-Security-Policy': contentSecurityPolicy },
  },
  test: { include: ['src/**/*.test.ts'] },
});
