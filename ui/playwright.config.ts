import { defineConfig } from '@playwright/test';

// The production bundle in the system's Chromium; the engine behind it is
// tests/engine.ts. The real application is tested in a real window elsewhere.
// Two checkouts may be tested at once, each on a port of its own.
const address = `http://127.0.0.1:${process.env.PORT ?? '4199'}`;

export default defineConfig({
  testDir: 'tests',
  testMatch: '*.spec.ts',
  workers: 2,
  fullyParallel: true,
  reporter: 'list',
  timeout: 20_000,
  use: {
    baseURL: address,
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
  webServer: {
    command: `npx vite preview --host 127.0.0.1 --strictPort --port ${process.env.PORT ?? '4199'}`,
    url: address,
    reuseExistingServer: false,
  },
});
