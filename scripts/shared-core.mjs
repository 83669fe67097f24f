// Puts the modules that many parts of dbfleet need into one file of the bundle. esbuild makes a file of
// all modules that the same entry points reach: with a hundred entry points, since most of dbfleet is
// imported lazily, these are hundreds of small ones, and opening each takes Node longer than reading it.
import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'

/** What fewer entry points reach would only be read in vain. */
const ENTRIES_WORTH_SHARING = 8
/** Packages that are larger than that together, in bytes, are loaded by who needs them. */
const LARGEST_PACKAGES = 60_000

/**
 * A plugin that has every lazy entry point import what many of them import.
 *
 * @param {import('esbuild').BuildOptions} options of the build that it is for
 * @param {string[]} alone entry points that should load nothing more than they import
 * @returns {Promise<import('esbuild').Plugin>}
 */
export async function sharedCore(options, alone) {
  const { metafile } = await build({ ...options, write: false, metafile: true })
  const { core, entries } = coreOf(metafile.inputs, [...options.entryPoints], alone)
  const root = options.absWorkingDir
  return {
    name: 'shared-core',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^dbfleet:core$/ }, () => ({ path: 'core', namespace: 'core' }))
      onLoad({ filter: /.*/, namespace: 'core' }, () => ({
        contents: core.map(path => `import './${path}'`).join('\n'),
        resolveDir: root,
      }))
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!entries.has(path.slice(root.length))) return undefined
        return {
          contents: `${await readFile(path, 'utf8')}\nimport 'dbfleet:core'\n`,
          loader: 'ts',
        }
      })
    },
  }
}

/**
 * @param {import('esbuild').Metafile['inputs']} inputs
 * @param {string[]} given entry points
 * @param {string[]} alone
 */
function coreOf(inputs, given, alone) {
  const importsOf = path => inputs[path]?.imports ?? []
  const isLazy = ({ kind, external }) => kind === 'dynamic-import' && !external
  const entries = new Set(given)
  for (const path of Object.keys(inputs)) {
    for (const each of importsOf(path)) if (isLazy(each)) entries.add(each.path)
  }
  for (const path of alone) entries.delete(path)

  const reach = path => {
    const reached = new Set([path])
    for (const each of reached) {
      for (const next of importsOf(each)) {
        if (next.kind !== 'dynamic-import' && !next.external) reached.add(next.path)
      }
    }
    return reached
  }
  const isOwn = path => path.startsWith('src/')
  const isLight = path => {
    const reached = [...reach(path)]
    const packages = reached.filter(each => !isOwn(each))
    return (
      packages.reduce((sum, each) => sum + inputs[each].bytes, 0) < LARGEST_PACKAGES &&
      reached.every(each =>
        importsOf(each).every(
          ({ kind, external, path }) =>
            kind === 'dynamic-import' || !external || path.startsWith('node:'),
        ),
      )
    )
  }
  const counts = new Map()
  for (const entry of entries) {
    for (const path of reach(entry)) counts.set(path, (counts.get(path) ?? 0) + 1)
  }
  const core = [...counts]
    .filter(([path, count]) => count >= ENTRIES_WORTH_SHARING && isOwn(path) && isLight(path))
    .map(([path]) => path)
  return { core, entries }
}
