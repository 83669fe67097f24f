// Bundles the command, the library and the worker into dist/, and writes the types beside them.
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

rmSync(`${root}dist`, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: ['src/bin.ts', 'src/index.ts', 'src/worker.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: '[name]-[hash]',
  // What npm installs stays outside; @libsql/kysely-libsql is small and would bring a second native
  // libSQL with it, so it is bundled (docs/decisions/0003-bundle-kysely-libsql.md).
  external: Object.keys(dependencies),
  legalComments: 'none',
  logLevel: 'warning',
})
chmodSync(`${root}dist/bin.js`, 0o755)

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)
