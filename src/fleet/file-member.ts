import type { Secret } from '../config/secret.js'
import { fileUrl } from './file-url.js'
import type { Member } from './member.js'

/** What the members of one source of files have in common. */
export interface FilesPlace {
  /** The label of the source. */
  source: string
  /** The directory that their relative paths start from, with a slash at its end. */
  below: string
  encryptionKey?: Secret | undefined
  engine?: 'libsql' | undefined
}

/**
 * A member that is a file. Of a fleet of 100,000 only what differs is kept: its path and its URL are
 * made when somebody asks.
 */
export class FileMember implements Member {
  readonly name: string
  readonly #place: FilesPlace
  readonly #relative: string
  declare readonly realPath?: string
  declare readonly encryptionKey?: Secret
  declare readonly engine?: 'libsql'

  /** @param relative the path below that of the place */
  constructor(place: FilesPlace, name: string, relative: string, realPath?: string) {
    this.name = name
    this.#place = place
    this.#relative = relative
    if (realPath !== undefined) this.realPath = realPath
    if (place.encryptionKey !== undefined) this.encryptionKey = place.encryptionKey
    if (place.engine !== undefined) this.engine = place.engine
  }

  get source(): string {
    return this.#place.source
  }

  get path(): string {
    return this.#place.below + this.#relative
  }

  get url(): string {
    return fileUrl(this.path)
  }
}
