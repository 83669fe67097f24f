import { lstatSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { UsageError } from '../errors/usage-error.js'
import { kindOf, kindOfTarget, mayBeFile, realPathOf } from './file-kind.js'
import type { FilePattern, Segment } from './file-pattern.js'
import { databaseOfSidecar } from './sidecar.js'

/** A file that matches a pattern. */
export interface FoundFile {
  /** Path below the pattern's base, with `/` between the names. */
  relative: string
  /** Where it is in truth, when a symbolic link led to it; absolute. */
  realPath?: string
}

/** A directory to look into. */
interface Visit {
  /** Path below the base; empty or ending in `/`. */
  prefix: string
  /** Its true path, when a symbolic link led to it. */
  realPath: string | undefined
  /** Which segments of the pattern may come next; more than one only where `**` leaves it open. */
  next: readonly number[]
}

/** Synchronous calls are several times faster here; so many, then other work gets its turn. */
const VISITS_PER_TURN = 256

/**
 * Hands over the files that a pattern matches, in no order. Symbolic links are followed, save by `**`,
 * which might never come back; one that leads nowhere is found, so that opening it can say what is
 * wrong. Sidecars of a database beside them are not found, and neither are directories, sockets
 * and pipes.
 *
 * A glob library does not serve here: those leave out what they may not read, and a fleet with a
 * silent hole is worse than none.
 *
 * @throws UsageError `unreadable-directory`, or what `found` throws
 */
export async function walkFiles(
  pattern: FilePattern,
  found: (file: FoundFile) => void,
): Promise<void> {
  const walk = new Walk(pattern, found)
  for (let visits = 1; walk.visitNext(); visits++) {
    if (visits % VISITS_PER_TURN === 0) await nextTurn()
  }
}

class Walk {
  readonly #found: (file: FoundFile) => void
  readonly #base: string
  readonly #segments: readonly Segment[]
  readonly #pending: Visit[]

  constructor({ base, segments }: FilePattern, found: (file: FoundFile) => void) {
    this.#found = found
    this.#base = base
    this.#segments = segments
    const realPath = realPathOf(base)
    const isReal = realPath === base
    this.#pending = [{ prefix: '', realPath: isReal ? undefined : realPath, next: [0] }]
  }

  /** Looks into one directory; false when there is none left. */
  visitNext(): boolean {
    const visit = this.#pending.pop()
    if (visit === undefined) return false
    const next = this.#withoutDeep(visit.next)
    const only = next.length === 1 ? this.#segments[next[0] ?? 0] : undefined
    if (only?.kind === 'literal') this.#step(visit, next[0] ?? 0, only.name)
    else this.#list({ ...visit, next })
    return true
  }

  /** `**` may stand for no directory at all. */
  #withoutDeep(next: readonly number[]): number[] {
    const all = new Set<number>()
    for (const index of next) {
      all.add(index)
      if (this.#segments[index]?.kind === 'deep' && !this.#isLast(index)) all.add(index + 1)
    }
    return [...all]
  }

  /** Takes a step whose name is known, without listing the directory. */
  #step({ prefix, realPath }: Visit, index: number, name: string): void {
    const relative = prefix + name
    const real = realPath === undefined ? undefined : join(realPath, name)
    if (!this.#isLast(index)) {
      this.#pending.push({ prefix: `${relative}/`, realPath: real, next: [index + 1] })
      return
    }
    const path = join(this.#base, relative)
    const stat = attempt(path, () => lstatSync(path))
    if (stat?.isFile()) this.#add(relative, real)
    else if (stat?.isSymbolicLink() && mayBeFile(kindOfTarget(path))) this.#addLink(relative)
  }

  #list({ prefix, realPath, next }: Visit): void {
    const directory = resolve(this.#base, prefix)
    const entries = attempt(directory, () => readdirSync(directory, { withFileTypes: true })) ?? []
    let names: Set<string> | undefined
    const isSidecar = (name: string): boolean => {
      const database = databaseOfSidecar(name)
      if (database === undefined) return false
      names ??= new Set(entries.map(entry => entry.name))
      return names.has(database)
    }
    for (const entry of entries) {
      const { name } = entry
      const relative = prefix + name
      const kind = kindOf(entry, () => join(directory, name))
      const real = realPath === undefined ? undefined : join(realPath, name)
      if (mayBeFile(kind) && this.#isMatch(next, name) && !isSidecar(name)) {
        if (entry.isSymbolicLink()) this.#addLink(relative)
        else this.#add(relative, real)
      } else if (kind === 'directory' || kind === 'unknown') {
        const deeper = this.#afterDirectory(next, name, entry.isSymbolicLink())
        if (deeper.length === 0) continue
        const linked = entry.isSymbolicLink() ? realPathOf(join(directory, name)) : real
        this.#pending.push({ prefix: `${relative}/`, realPath: linked, next: deeper })
      }
    }
  }

  #isMatch(next: readonly number[], name: string): boolean {
    return next.some(index => this.#isLast(index) && matches(this.#segments[index], name))
  }

  #afterDirectory(next: readonly number[], name: string, isLink: boolean): number[] {
    const after = new Set<number>()
    for (const index of next) {
      const segment = this.#segments[index]
      if (!matches(segment, name)) continue
      if (segment?.kind !== 'deep') {
        if (!this.#isLast(index)) after.add(index + 1)
      } else if (!isLink) after.add(index)
    }
    return [...after]
  }

  #isLast(index: number): boolean {
    return index === this.#segments.length - 1
  }

  #addLink(relative: string): void {
    this.#add(relative, realPathOf(join(this.#base, relative)))
  }

  #add(relative: string, realPath: string | undefined): void {
    this.#found(realPath === undefined ? { relative } : { relative, realPath })
  }
}

function matches(segment: Segment | undefined, name: string): boolean {
  if (segment?.kind === 'literal') return segment.name === name
  return segment?.kind === 'glob' ? segment.test.test(name) : !name.startsWith('.')
}

/** Undefined for what is not there, be it only since a moment ago. */
function attempt<T>(path: string, look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    const why = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code
    throw new UsageError('unreadable-directory', `${path} cannot be looked into: ${why}`, {
      hint: 'Databases of the fleet may be there, so nothing was done. Let this user read it, or leave it out of `files`.',
      cause: error,
    })
  }
}
