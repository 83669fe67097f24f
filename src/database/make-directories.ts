import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Makes a directory and those above it that are missing. Node's own `recursive` never ends below a
 * directory in which none can be made, such as `/proc`.
 *
 * @param mode of all that are made
 * @throws what `mkdir` throws; `EEXIST` where a file is in the way
 */
export async function makeDirectories(path: string, mode = 0o777): Promise<void> {
  const directory = resolve(path)
  try {
    await makeOne(directory, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const parent = dirname(directory)
    if (!existsSync(parent)) await makeDirectories(parent, mode)
    await makeOne(directory, mode)
  }
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST'
    if (isThere && (await stat(path)).isDirectory()) return
    throw error
  }
}
