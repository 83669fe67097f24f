import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { placingError } from '../database/place-file.js'
import { UsageError } from '../errors/usage-error.js'
import { OBJECTS } from './manifest.js'

/** Only the owner; set before anything is in it. */
const PRIVATE = 0o700
const MOST_TRIES = 1000

/**
 * Makes the directory of a new backup set. It is named after the time, `20260102T030405Z`, and
 * `-2`, `-3` … where there is one already, so that two backups at once never share one.
 *
 * @param parent made if it is missing
 * @returns the set's name; its path is below `parent`
 * @throws UsageError `out-unwritable`
 */
export async function createSet(parent: string, now: Date): Promise<string> {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  try {
    await mkdir(parent, { recursive: true, mode: PRIVATE })
    for (let n = 1; ; n += 1) {
      const name = n === 1 ? time : `${time}-${n}`
      if (!(await isNew(join(parent, name), n))) continue
      await mkdir(join(parent, name, OBJECTS), { mode: PRIVATE })
      return name
    }
  } catch (error) {
    const { message } = placingError(error)
    throw new UsageError('out-unwritable', `no backup set can be made in ${parent}: ${message}`, {
      hint: 'Nothing was backed up. Name a directory that can be written with --out.',
      cause: error,
    })
  }
}

async function isNew(path: string, tries: number): Promise<boolean> {
  try {
    await mkdir(path, { mode: PRIVATE })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries >= MOST_TRIES) throw error
    return false
  }
}
