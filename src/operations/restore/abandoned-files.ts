import { readdir, readFile, realpath, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { stateOfMaker, thisMaker } from '../../backup/set-maker.js'
import { UNFINISHED } from '../../database/place-file.js'
import { removeFiles } from '../../database/remove-files.js'

/** What is added to the name of an unfinished file for the one that says who makes it. */
export const MAKER = '-maker'

/**
 * Unfinished files of restores, and who makes them: one that was killed leaves its own behind, which the
 * next restore to the same place removes.
 */
export class AbandonedFiles {
  /** Names of makers' files, by their directory; those of the moment when it was first looked at. */
  readonly #found = new Map<string, Promise<string[]>>()

  /** Removes what processes of this machine that are no more began for a place. */
  async clear(path: string): Promise<void> {
    const place = await realpath(path).catch(() => path)
    const directory = dirname(place)
    const found = this.#found.get(directory) ?? makersIn(directory)
    this.#found.set(directory, found)
    const beginning = `.${basename(place)}.dbfleet-`
    for (const name of await found) {
      const unfinished = name.slice(0, -MAKER.length)
      // A database may be called as another one's unfinished file begins.
      if (!name.startsWith(beginning) || unfinished.length !== beginning.length + SUFFIX) continue
      const file = join(directory, unfinished)
      if ((await stateOf(file)) !== 'gone') continue
      await removeFiles(file)
      await unlink(file + MAKER).catch(() => undefined)
    }
  }
}

/** Twelve digits and `.tmp`. */
const SUFFIX = 16

async function makersIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  return names.filter(name => name.endsWith(MAKER) && UNFINISHED.test(name.slice(0, -MAKER.length)))
}

async function stateOf(file: string) {
  try {
    return stateOfMaker(JSON.parse(await readFile(file + MAKER, 'utf8')))
  } catch {
    return 'unknown'
  }
}

/**
 * Says beside unfinished files that this process makes them, as long as it does.
 *
 * @param work is given what says so, before a file of the given path is made
 */
export async function asMaker<T>(
  work: (say: (temporary: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  let said: string | undefined
  try {
    return await work(async temporary => {
      said = temporary + MAKER
      // A name may be too long for it; then nobody will know.
      await writeFile(said, JSON.stringify(thisMaker()), { flag: 'wx', mode: 0o600 }).catch(
        () => undefined,
      )
    })
  } finally {
    if (said !== undefined) await unlink(said).catch(() => undefined)
  }
}
