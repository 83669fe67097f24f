// Bundles the command, the library and the worker into dist/, and writes the types beside them.
// Why packages are bundled: docs/decisions/0003-bundle-small-packages.md
import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { sharedCore } from './shared-core.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

/** Umzug's own command line is never used, and takes most of the time that Umzug loads. */
const withoutUmzugCli = {
  name: 'without-umzug-cli',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/cli$/ }, ({ importer }) =>
      /[/\\]umzug[/\\]lib[/\\]/.test(importer) ? { path: 'cli', namespace: 'nothing' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}' }))
  },
}

/** @type {import('esbuild').BuildOptions} */
const options = {
  absWorkingDir: root,
  entryPoints: ['src/bin.ts', 'src/index.ts', 'src/worker.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: '[name]-[hash]',
  // What a user's npm installs stays outside; all else is bundled.
  external: Object.keys(dependencies),
  plugins: [withoutUmzugCli],
  // Bundled CommonJS asks for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as dbfleetRequire } from 'node:module';const require = dbfleetRequire(import.meta.url);",
  },
  // AWS's client warns of Nodes that its later versions will not run on; this one is bundled and does.
  define: { 'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"' },
  legalComments: 'none',
  logLevel: 'warning',
}

rmSync(`${root}dist`, { recursive: true, force: true })
// `dbfleet --version` and `--help` load no more than they need.
const core = await sharedCore(options, ['src/bin.ts'])
const { metafile } = await build({
  ...options,
  plugins: [...options.plugins, core],
  metafile: true,
})
// What stands in the pages of `report`, and runs in browsers.
await build({
  absWorkingDir: root,
  entryPoints: ['src/page/browser/main.ts', 'src/page/browser/main.css'],
  outdir: 'dist/browser',
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  tsconfig: 'src/page/browser/tsconfig.json',
  charset: 'utf8',
  logLevel: 'warning',
})
chmodSync(`${root}dist/bin.js`, 0o755)
writeFileSync(`${root}dist/THIRD-PARTY-LICENSES.txt`, licences(Object.keys(metafile.inputs)))

const tsc = `${root}node_modules/typescript/bin/tsc`
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)

/** The licences of the packages that ended up in the bundle. */
function licences(inputs) {
  const packages = new Set(
    inputs.flatMap(input => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  )
  return [...packages]
    .sort()
    .map(directory => {
      const { name, version, license } = JSON.parse(
        readFileSync(`${root}${directory}/package.json`, 'utf8'),
      )
      const file = readdirSync(`${root}${directory}`).find(entry => /^licen[cs]e/i.test(entry))
      const text =
        file === undefined ? license : readFileSync(`${root}${directory}/${file}`, 'utf8')
      return `${name} ${version}\n\n${text.trim()}\n`
    })
    .join('\n----\n\n')
}
