import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../backup/store/store.js'

/**
 * Makes a directory for databases that only show that a set restores. It is in the set where that is a
 * directory, since there is room for what is backed up; else among temporary files.
 *
 * @param set its name
 * @returns the path; only its owner can read what is in it
 */
export async function scratchDirectory({ spec }: Store, set: string): Promise<string> {
  if (spec.kind !== 'directory') return mkdtemp(join(tmpdir(), 'dbfleet-scratch-'))
  // The leading dot keeps it out of every pattern.
  const path = join(spec.path, set, '.scratch')
  await mkdir(path, { mode: 0o700 }).catch(() => undefined)
  return path
}
