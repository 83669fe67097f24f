import type { Member } from '../../fleet/member.js'
import { version } from '../../version.js'
import { isSettled, stampOf } from '../members/file-stamp.js'
import { LogNames } from '../members/log-names.js'
import type { KnownSchema } from '../schemas/schema-job.js'
import { MemoryFile } from './memory-file.js'

type Known = Exclude<KnownSchema, { error: unknown }>

/** As it is kept in a file: lists of numbers and texts, which are read much faster than objects. */
interface Kept {
  /** Of another version nothing is believed. */
  version: string
  /** Each different schema. */
  known: Known[]
  /** Absolute paths of files. */
  paths: string[]
  /** What each file's metadata was. */
  stamps: string[]
  /** Which of `known` each file had. */
  schemas: number[]
}

/**
 * Remembers the schemas of files between runs, so that only those that somebody wrote to are opened
 * again. It is a cache: where it cannot be read or written, everything is read. Nothing of encrypted
 * files is kept, since it would lie there in the clear.
 */
export class SchemaMemory {
  readonly #file: MemoryFile
  readonly #kept: Kept
  readonly #places: Map<string, number>
  readonly #numbers: Map<string, number>
  /** Those of files that are to be read, where a later write is sure to change them. */
  readonly #stamps = new Map<string, string>()
  readonly #now = BigInt(Date.now()) * 1_000_000n
  #isChanged = false

  /** @param root the directory of the project; each has a memory of its own */
  constructor(root: string) {
    this.#file = new MemoryFile(root, 'schemas')
    const kept = this.#file.read()
    this.#kept = isKept(kept) ? kept : nothing()
    this.#places = new Map(this.#kept.paths.map((path, place) => [path, place]))
    this.#numbers = new Map(this.#kept.known.map((known, number) => [nameOf(known), number]))
  }

  /**
   * The schema that each member had when it was last read, if nobody has written to it since.
   *
   * @returns in the order of the members
   */
  recall(members: readonly Member[]): (Known | undefined)[] {
    const paths = members.map(pathOf)
    const logs = new LogNames(paths.filter(path => path !== undefined))
    return paths.map(path => {
      if (path === undefined) return undefined
      const place = this.#places.get(path)
      if (place !== undefined && this.#kept.stamps[place] === stampOf(path, logs)?.text) {
        return this.#kept.known[this.#kept.schemas[place] ?? -1]
      }
      // What will be read must have this stamp, so both files are looked at, and now.
      const stamp = stampOf(path)
      if (stamp !== undefined && isSettled(stamp, this.#now)) this.#stamps.set(path, stamp.text)
      return undefined
    })
  }

  /** Takes in what was read after `recall` had looked at the file. */
  remember(member: Member, schema: Known): void {
    const path = pathOf(member)
    const stamp = path === undefined ? undefined : this.#stamps.get(path)
    if (path === undefined || stamp === undefined) return
    const { known, paths, stamps, schemas } = this.#kept
    const place = this.#places.get(path) ?? paths.length
    this.#places.set(path, place)
    paths[place] = path
    stamps[place] = stamp
    const number = this.#numbers.get(nameOf(schema)) ?? known.push(schema) - 1
    this.#numbers.set(nameOf(schema), number)
    schemas[place] = number
    this.#isChanged = true
  }

  /** Keeps it for the next run, without what no file has any more. */
  save(): void {
    if (!this.#isChanged) return
    const { known, schemas, ...rest } = this.#kept
    const used = [...new Set(schemas)]
    const numbers = new Map(used.map((old, number) => [old, number]))
    this.#file.write({
      ...rest,
      known: used.map(old => known[old]),
      schemas: schemas.map(old => numbers.get(old)),
    })
  }
}

function nothing(): Kept {
  return { version, known: [], paths: [], stamps: [], schemas: [] }
}

function isKept(value: unknown): value is Kept {
  const { version: of, known, paths, stamps, schemas } = (value ?? {}) as Partial<Kept>
  const lists = [paths, stamps, schemas]
  return (
    of === version &&
    Array.isArray(known) &&
    known.every(isKnown) &&
    lists.every(list => Array.isArray(list) && list.length === paths?.length)
  )
}

function isKnown(value: Partial<Known> | null): boolean {
  return Array.isArray(value?.text?.rows) && Array.isArray(value.text.ledger)
}

function nameOf({ engine, key }: Known): string {
  return `${engine} ${key}`
}

/** Where the member's own file is; undefined for what is not remembered. */
function pathOf({ path, realPath, encryptionKey, server }: Member): string | undefined {
  // The file of a database on a server is its replica.
  const isOwnFile = encryptionKey === undefined && server === undefined
  return isOwnFile ? (realPath ?? path) : undefined
}
