import type { ForeignMigration, ForeignMigrations } from './foreign-tool.js'
import { namesByKey, withoutEnding } from './name-by-key.js'
import type { SourceFiles } from './source-files.js'

const MODULE = /\.[cm]?[jt]s$/
const NO_MODULE = /\.d\.[cm]?ts$|\.(?:test|spec)\.[cm]?[jt]s$/
const UP_FILE = /^[^/]+\.sql$/
const DOWN_FILE = /\.down\.sql$/
/** A module that is moved does not find these any more. */
const RELATIVE_IMPORT = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*['"]\.{1,2}\//

/** Whether a file is a module that may be a migration. */
export function isModule(path: string): boolean {
  return !path.includes('/') && MODULE.test(path) && !NO_MODULE.test(path)
}

/**
 * Modules, and SQL files beside them: `x.sql` or `x.up.sql`, with `x.down.sql` or `down/x.sql`.
 *
 * @param whyNot why a module cannot be taken as it is, if so
 */
export async function importModules(
  files: SourceFiles,
  { whyNot }: { whyNot(text: string): string | undefined },
): Promise<ForeignMigrations> {
  const paths = files.paths.filter(
    path => isModule(path) || (UP_FILE.test(path) && !DOWN_FILE.test(path)),
  )
  const names = namesByKey(paths.map(withoutEnding))
  const migrations: ForeignMigration[] = []
  const byHand: ForeignMigrations['byHand'] = []
  for (const [index, path] of paths.entries()) {
    const name = names[index] ?? ''
    const text = await files.read(path)
    const why = isModule(path) ? (whyNot(text) ?? whyNotMoved(path, text)) : undefined
    if (why !== undefined) byHand.push({ file: path, why: `${why}; write ${name}.ts` })
    else {
      const ending = isModule(path) ? path.slice(path.lastIndexOf('.')) : '.up.sql'
      migrations.push({
        from: path,
        name,
        files: [{ ending, text }, ...(await downOf(files, path))],
      })
    }
  }
  return { migrations, byHand }
}

function whyNotMoved(path: string, text: string): string | undefined {
  if (/\.c[jt]s$/.test(path)) return 'dbfleet takes no CommonJS module of that ending'
  return RELATIVE_IMPORT.test(text) ? 'it imports a file of yours by a relative path' : undefined
}

async function downOf(files: SourceFiles, path: string): Promise<ForeignMigration['files']> {
  const bare = withoutEnding(path)
  const down = [`${bare}.down.sql`, `down/${bare}.sql`].find(each => files.paths.includes(each))
  if (isModule(path) || down === undefined) return []
  return [{ ending: '.down.sql', text: await files.read(down) }]
}
