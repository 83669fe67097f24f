import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceFiles } from '../../adopt/source-files.js'
import { UsageError } from '../../errors/usage-error.js'
import { readMigrationText } from '../../migrate/read-migration-text.js'

/** Directories of packages and of version control hold no migrations, but many files. */
const PASSED_OVER = /^\.|^node_modules$/

/** @throws UsageError `import-failed` when the directory cannot be read */
export async function readSourceFiles(directory: string): Promise<SourceFiles> {
  const paths = await list(directory, '')
  return {
    paths: paths.sort(),
    read: path => readMigrationText(join(directory, path)),
    bytes: path => readFile(join(directory, path)),
  }
}

async function list(directory: string, below: string): Promise<string[]> {
  const entries = await readdir(join(directory, below), { withFileTypes: true }).catch(cause => {
    throw new UsageError('import-failed', `${directory} cannot be read: ${cause.message}`, {
      hint: 'Nothing was written. Name the directory that holds the migrations of the other tool.',
      cause,
    })
  })
  const lists = entries
    .filter(({ name }) => !PASSED_OVER.test(name))
    .map(async entry => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (!entry.isDirectory()) return [path]
      // Prisma's and drizzle's files stand one level below, and nobody's deeper.
      return below === '' ? list(directory, path) : []
    })
  return (await Promise.all(lists)).flat()
}
