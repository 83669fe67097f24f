import { DbfleetError } from '../errors/dbfleet-error.js'
import {
  IDENTITY,
  MANIFEST,
  MANIFEST_SUM,
  type Manifest,
  type ManifestEntry,
  STARTED,
  type StoredObject,
} from './manifest.js'
import { objectPlace } from './object-place.js'
import type { Store } from './store/store.js'
import { Tally } from './tally.js'

/** The files of a set, and of the sets beside it that hold objects of it, with their sizes. */
export class SetFiles {
  readonly #store: Store
  readonly #set: string
  readonly #bytes: ReadonlyMap<string, number>

  private constructor(store: Store, set: string, bytes: ReadonlyMap<string, number>) {
    this.#store = store
    this.#set = set
    this.#bytes = bytes
  }

  /** Lists them; reads nothing of what is in them. */
  static async list(
    store: Store,
    set: string,
    databases: readonly ManifestEntry[],
  ): Promise<SetFiles> {
    const bytes = new Map<string, number>()
    const sets = new Set([set, ...databases.flatMap(({ object }) => object?.set ?? [])])
    for (const each of sets) {
      for await (const file of store.list(each)) bytes.set(file.name, file.bytes)
    }
    return new SetFiles(store, set, bytes)
  }

  /** What is wrong with an object that can be seen without reading it. */
  problemOf(object: StoredObject): DbfleetError | undefined {
    const hint = 'Restore this database from another set.'
    const bytes = this.#bytes.get(objectPlace(this.#set, object))
    const name = object.set === undefined ? object.file : objectPlace(this.#set, object)
    if (bytes === undefined) {
      return new DbfleetError('object-missing', `${name} is missing`, { hint })
    }
    if (bytes === object.storedBytes) return undefined
    const why = `it has ${bytes} bytes in place of ${object.storedBytes}`
    return new DbfleetError('object-damaged', `${name} is damaged: ${why}`, { hint })
  }

  /** Files below the set that neither the format nor the manifest names, relative to it, sorted. */
  extra({ databases, encryption }: Manifest): string[] {
    const own = databases.flatMap(({ object }) => (object?.set === undefined ? object : undefined))
    const format = [MANIFEST, MANIFEST_SUM, STARTED]
    if (encryption?.identity !== undefined) format.push(IDENTITY)
    const known = new Set([...format, ...own.map(object => object?.file)])
    const start = `${this.#set}/`
    return [...this.#bytes.keys()]
      .filter(name => name.startsWith(start))
      .map(name => name.slice(start.length))
      .filter(name => !known.has(name))
      .sort()
  }

  /** What is wrong with the file that says who began the set. */
  problemOfStarted({ startedSha256 }: Manifest): Promise<string | undefined> {
    return this.#problemOfFile(STARTED, startedSha256)
  }

  /** What is wrong with the identity that a passphrase opens, where there is to be one. */
  async problemOfIdentity({ encryption }: Manifest): Promise<string | undefined> {
    const identity = encryption?.identity
    return identity && this.#problemOfFile(IDENTITY, identity.sha256)
  }

  async #problemOfFile(file: string, sha256: string): Promise<string | undefined> {
    const name = `${this.#set}/${file}`
    if (!this.#bytes.has(name)) return `${file} is missing`
    const tally = new Tally()
    for await (const piece of this.#store.read(name)) tally.add(piece)
    return tally.sha256() === sha256
      ? undefined
      : `${file} is damaged: its bytes are not those that were written`
  }
}
