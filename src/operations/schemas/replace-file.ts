import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a file, or replaces the one that is there: whoever reads it meanwhile, or after a power cut,
 * has the old text or the new one, never half of it.
 *
 * @param mode its permissions, whatever the process takes away from those of new files
 */
export async function replaceFile(
  path: string,
  text: string,
  { mode }: { mode?: number } = {},
): Promise<void> {
  // Hidden, and with another ending: who gathers files by a pattern leaves it alone.
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
  try {
    await writeNew(temporary, text, mode)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function writeNew(path: string, text: string, mode: number | undefined): Promise<void> {
  await using file = await open(path, 'wx')
  await file.writeFile(text)
  if (mode !== undefined) await file.chmod(mode)
  await file.sync()
}
