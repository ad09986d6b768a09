// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import vue from '@vitejs/plugin-vue';
import type { Plugin, UserConfig } from 'vite';
import vuetify from 'vite-plugin-vuetify';

/** What a page may load: itself, and nothing from elsewhere. Styles come from files alone. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'";

/** Writes the policy into the page as it is built; during development styles are injected. */
function policy(): Plugin {
  return {
    name: 'ioto-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/**
 * Puts a compressed sibling next to whatever becomes smaller by it; the web server sends that. Done
 * with the files as they are written: until then parts of them are missing.
 */
function compressed(): Plugin {
  return {
    name: 'ioto-compressed',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle)) {
        const file = join(dir ?? '', name);
        const content = readFileSync(file);
        const small = gzipSync(content, { level: 9 });
        // Which system made it is all that could differ.
        small[9] = 255;
        if (small.length < content.length * 0.9) {
          writeFileSync(file + '.gz', small);
        }
      }
    },
  };
}

/**
 * The configuration of an application's pages. `vite` serves them with every change at once and
 * passes calls on to the gateway at IOTO_URL, which is http://127.0.0.1:8080 unless told.
 */
export function pages(): UserConfig {
  const target = process.env.IOTO_URL ?? 'http://127.0.0.1:8080';
  return {
    base: './',
    plugins: [vue(), vuetify({ autoImport: true }), policy(), compressed()],
    build: {
      target: 'es2022',
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 800,
      assetsInlineLimit: 0,
    },
    css: { preprocessorOptions: { scss: { quietDeps: true }, sass: { quietDeps: true } } },
    define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
    server: {
      // The gateway refuses what pages of other origins send; to it, these are its own.
      proxy: {
        '/api': {
          target,
          changeOrigin: true,
          secure: false,
          headers: { origin: new URL(target).origin },
        },
      },
    },
  };
}
