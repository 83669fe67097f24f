import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineName } from '../database/database.js'
import type { Member } from '../fleet/member.js'
import { cacheDirectory } from '../modules/cache-directory.js'
import { version } from '../version.js'
import { type FileStamp, isSettled, stampOf } from './file-stamp.js'
import type { KnownSchema, SchemaText } from './schema-job.js'

type Known = Exclude<KnownSchema, { error: unknown }>

/** As it is kept in a file. */
interface Kept {
  /** Of another version nothing is believed. */
  version: string
  texts: Record<string, SchemaText>
  /** By absolute path: stamp, key of the text, engine. */
  files: Record<string, [stamp: string, key: string, engine: EngineName]>
}

/**
 * Remembers the schemas of files between runs, so that only those that somebody wrote to are opened
 * again. It is a cache: where it cannot be read or written, everything is read. Nothing of encrypted
 * files is kept, since it would lie there in the clear.
 */
export class SchemaMemory {
  readonly #path: string | undefined
  readonly #kept: Kept
  readonly #stamps = new Map<string, FileStamp>()
  readonly #now = BigInt(Date.now()) * 1_000_000n
  #isChanged = false

  private constructor(path: string | undefined, kept: Kept) {
    this.#path = path
    this.#kept = kept
  }

  /** @param root the directory of the project; each has a memory of its own */
  static async open(root: string): Promise<SchemaMemory> {
    const directory = cacheDirectory(root)
    const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
    const path = directory === undefined ? undefined : join(directory, `schemas-${name}.json`)
    return new SchemaMemory(path, (path && (await load(path))) || nothing())
  }

  /** The schema that a member had when it was last read, if nobody has written to it since. */
  recall(member: Member): Known | undefined {
    const path = pathOf(member)
    const stamp = path === undefined ? undefined : stampOf(path)
    if (path === undefined || stamp === undefined) return undefined
    this.#stamps.set(path, stamp)
    const known = this.#kept.files[path]
    if (known === undefined || known[0] !== stamp.text) return undefined
    const [, key, engine] = known
    const text = this.#kept.texts[key]
    return text === undefined ? undefined : { key, engine, text }
  }

  /** Takes in what was read after `recall` had looked at the file. */
  remember(member: Member, { key, engine, text }: Known): void {
    const path = pathOf(member)
    const stamp = path === undefined ? undefined : this.#stamps.get(path)
    if (path === undefined || stamp === undefined || !isSettled(stamp, this.#now)) return
    this.#kept.files[path] = [stamp.text, key, engine]
    this.#kept.texts[key] = text
    this.#isChanged = true
  }

  /** Keeps it for the next run, without what no file has any more. */
  async save(): Promise<void> {
    if (this.#path === undefined || !this.#isChanged) return
    const used = new Set(Object.values(this.#kept.files).map(([, key]) => key))
    const texts = Object.fromEntries(
      Object.entries(this.#kept.texts).filter(([key]) => used.has(key)),
    )
    const temporary = `${this.#path}.${randomUUID()}`
    try {
      await mkdir(join(this.#path, '..'), { recursive: true, mode: 0o700 })
      await writeFile(temporary, JSON.stringify({ ...this.#kept, texts }), { mode: 0o600 })
      await rename(temporary, this.#path)
    } catch {
      await rm(temporary, { force: true })
    }
  }
}

function nothing(): Kept {
  // Paths may be called anything, `__proto__` too.
  return { version, texts: Object.create(null), files: Object.create(null) }
}

async function load(path: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(path, 'utf8')) as Partial<Kept>
    if (kept.version !== version || !kept.files || !kept.texts) return undefined
    return { version, ...plain(kept as Kept) }
  } catch {
    return undefined
  }
}

function plain({ texts, files }: Kept): Omit<Kept, 'version'> {
  const own = nothing()
  return { texts: Object.assign(own.texts, texts), files: Object.assign(own.files, files) }
}

/** Where the member's own file is; undefined for what is not remembered. */
function pathOf({ path, realPath, encryptionKey, server }: Member): string | undefined {
  // The file of a database on a server is its replica.
  const isOwnFile = encryptionKey === undefined && server === undefined
  return isOwnFile ? (realPath ?? path) : undefined
}
