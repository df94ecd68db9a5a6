import { defineConfig } from 'vite';

// `npm run dev` is for work on the page itself: it passes everything but the page to a running server.
const server = process.env.HOMEROOM_URL ?? 'http://127.0.0.1:5001';

export default defineConfig({
  base: '/graphiql/',
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 4096, // the editor is one chunk of that size
    reportCompressedSize: false,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      onwarn(warning, warn) {
        // "use client" and "use no memo" speak to other tools than this one.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/graphql': { target: server, ws: true },
      '/graphiql/config.json': server,
    },
  },
});
