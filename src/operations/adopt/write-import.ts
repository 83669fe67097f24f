import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectories } from '../../database/make-directories.js'
import { giveName } from '../../database/place-file.js'
import { UsageError } from '../../errors/usage-error.js'
import type { PlannedImport } from './import-migrations.js'

/**
 * Writes the files of an import: all of them or none, and never over another one.
 *
 * @throws UsageError `readonly` when the directory cannot be written
 */
export async function writeImport({ report, missing }: PlannedImport): Promise<void> {
  const { to } = report
  const written: string[] = []
  let staging: string | undefined
  try {
    await makeDirectories(to)
    // In the directory itself, so that a link is enough; hidden, so that it is no migration.
    staging = await mkdtemp(join(to, '.import-'))
    for (const [file, text] of missing) await writeFile(join(staging, file), text, { flag: 'wx' })
    for (const file of missing.keys()) {
      await giveName(join(staging, file), join(to, file))
      written.push(join(to, file))
    }
  } catch (error) {
    for (const path of written) await unlink(path)
    throw new UsageError('readonly', `${to} cannot be written: ${(error as Error).message}`, {
      hint: 'Nothing was written. Choose a directory that this user can write, with room on its disk.',
      cause: error,
    })
  } finally {
    if (staging !== undefined) await rm(staging, { recursive: true, force: true })
  }
}
