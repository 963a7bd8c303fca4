import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = process.env.MIEN_DEV_SERVER ?? 'http://127.0.0.1:8737';

const page = '../src/mien/web/page';

/** Leave a compressed copy beside each file that is worth it, so that the server need not compress. */
const compressed = {
  name: 'compressed',
  closeBundle() {
    const assets = join(page, 'assets');
    for (const name of readdirSync(assets).filter((one) => /\.(js|css|wasm)$/.test(one))) {
      writeFileSync(join(assets, `${name}.gz`), gzipSync(readFileSync(join(assets, name)), { level: 9 }));
    }
  },
};

export default defineConfig({
  plugins: [svelte(), compressed],
  base: '/',
  build: {
    outDir: page,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // a strict Content-Security-Policy allows no data: scripts or fonts
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': server } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
