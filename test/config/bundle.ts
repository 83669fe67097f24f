import { execFile } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** What a process that loaded a configuration tells. */
export interface Loading {
  config?: { root: string; jobs?: number }
  error?: { code: string; message: string; hint: string }
  /** Whether the TypeScript loader was read, and whether it had to compile. */
  loader: boolean
  compiler: boolean
  /** The time that loading took, in milliseconds. */
  ms: number
}

const ENTRY = `
import { createRequire } from 'node:module'
import { loadConfig } from './load-config.js'
const start = performance.now()
const loading = await loadConfig({ cwd: process.argv[2] }).then(
  config => ({ config }),
  ({ code, message, hint }) => ({ error: { code, message, hint } }),
)
const ms = performance.now() - start
const files = Object.keys(createRequire(import.meta.url).cache)
const loader = files.some(file => file.endsWith('jiti.cjs'))
const compiler = files.some(file => file.endsWith('babel.cjs'))
console.log(JSON.stringify({ ...loading, loader, compiler, ms }))
`

/**
 * Bundles this room into a directory as \`npm run build\` does, because Vitest's own \`import\` is not
 * Node's. Returns what loads the configuration of a directory in a process of its own.
 */
export async function bundleInto(
  directory: string,
): Promise<(cwd: string, env?: Record<string, string>) => Promise<Loading & { stderr: string }>> {
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'))
  await build({
    stdin: { contents: ENTRY, resolveDir: join(repository, 'src/config'), sourcefile: 'load.ts' },
    outdir: join(directory, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
  })
  return async (cwd, env = {}) => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(directory, 'dist/stdin.js'), cwd],
      { env: { PATH: process.env.PATH, ...env } },
    )
    return { ...JSON.parse(stdout), stderr }
  }
}
