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

/** What a browser needs before it can show anything: the networks and other pages come later. */
const FIRST_SCREEN_BYTES = 200_000;
const light = {
  name: 'light',
  closeBundle() {
    const index = readFileSync(join(page, 'index.html'), 'utf8');
    const named = [...index.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name);
    const fonts = readdirSync(join(page, 'assets')).filter((name) => /-latin-wght.*\.woff2$/.test(name));
    const sizes = [
      gzipSync(index).length,
      ...named.map((name) => gzipSync(readFileSync(join(page, name))).length),
      ...fonts.map((name) => readFileSync(join(page, 'assets', name)).length),
    ];
    const sum = sizes.reduce((a, b) => a + b);
    if (named.length < 2 || sum > FIRST_SCREEN_BYTES)
      throw new Error(
        `the first screen is ${sum} bytes in ${sizes.length} files: ${FIRST_SCREEN_BYTES} at most`,
      );
  },
};

export default defineConfig({
  plugins: [svelte(), compressed, light],
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
