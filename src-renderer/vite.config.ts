import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** One bundle for the desktop shell and for a browser. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'es2023',
    // The page's CSP allows nothing inline: neither data: fonts nor the preload polyfill's script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
