import { existsSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { ignoreMissing, SIDECARS } from './place-file.js'

/** Removes a database of ours with all that is beside it, as far as it is there. */
export async function removeFiles(path: string): Promise<void> {
  for (const ending of ['', ...SIDECARS]) {
    // To look first is many times quicker than an error that says so.
    if (existsSync(path + ending)) await unlink(path + ending).catch(ignoreMissing)
  }
}
