import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheDirectory } from '../../modules/cache-directory.js'

/**
 * A file that keeps for the next run what this one found out, beside compiled modules, where nobody
 * else can write. It is a cache: where it cannot be had, there is nothing in it.
 */
export class MemoryFile {
  readonly #path: string | undefined

  /**
   * @param root the directory of the project; each has files of its own
   * @param kind what is kept, as the beginning of a file's name
   */
  constructor(root: string, kind: string) {
    const directory = cacheDirectory(root)
    const project = createHash('sha256').update(root).digest('hex').slice(0, 16)
    this.#path = directory === undefined ? undefined : join(directory, `${kind}-${project}.json`)
  }

  /** The JSON value that is kept; undefined when there is none. */
  read(): unknown {
    if (this.#path === undefined) return undefined
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8'))
    } catch {
      return undefined
    }
  }

  /** Readers see the old value or the new one. */
  write(value: unknown): void {
    if (this.#path === undefined) return
    const temporary = `${this.#path}.${randomUUID()}`
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 })
      renameSync(temporary, this.#path)
    } catch {
      rmSync(temporary, { force: true })
    }
  }
}
