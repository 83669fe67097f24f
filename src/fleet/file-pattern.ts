import { resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'
import { type GlobPart, globSource, parseGlob } from './glob.js'

/** One step of a path: a name as it stands, a glob for a name, or `**` for any directories. */
export type Segment =
  | { kind: 'literal'; name: string }
  | { kind: 'glob'; parts: GlobPart[]; test: RegExp }
  | { kind: 'deep' }

/** A name that wildcards may stand for: as in a shell, they do not start hidden ones. */
const NAME = '[^/.][^/]*'
const DIRECTORIES = `${NAME}(?:/${NAME})*?`

/**
 * A glob for files, taken apart. Wildcards are numbered from left to right; adjacent ones
 * (`[0-9][0-9]`, `tenant-?*`) count as one. Besides the globs of `parseGlob`, a segment `**` stands
 * for any number of directories (as the last one: for all files at any depth). No wildcard stands
 * for a `/` or for the dot at the beginning of a hidden name.
 */
export class FilePattern {
  readonly text: string
  /** The directory before the first wildcard: absolute, and never taken for a glob. */
  readonly base: string
  /** What is below `base`; at least one. */
  readonly segments: readonly Segment[]
  /** How many wildcards there are. */
  readonly wildcards: number
  readonly #whole: RegExp

  /**
   * @param root what a relative pattern starts from, absolute
   * @throws UsageError `bad-pattern`
   */
  constructor(text: string, root: string) {
    this.text = text
    if (text === '' || text.includes('\0')) throw this.#bad('names no file')
    const segments = splitPath(text).map(parseSegment)
    const last = segments.at(-1)
    if (last === undefined || isDots(last) || text.endsWith('/')) {
      throw this.#bad('names a directory')
    }
    const firstWild = segments.findIndex(({ kind }) => kind !== 'literal')
    const fixed = firstWild === -1 ? segments.length - 1 : firstWild
    this.base = resolve(
      root,
      text.startsWith('/') ? '/' : '.',
      segments.slice(0, fixed).map(nameOf).join('/'),
    )
    this.segments = segments.slice(fixed)
    if (this.segments.some(isDots)) {
      throw this.#bad('has ".." after a wildcard', 'Begin it at the directory that ".." leads to.')
    }
    this.wildcards = this.segments.reduce((sum, segment) => sum + wildcardsIn(segment), 0)
    this.#whole = new RegExp(`^${wholeSource(this.segments)}$`, 'u')
  }

  /** What each wildcard stands for in a path relative to `base`; undefined if that does not match. */
  match(relative: string): string[] | undefined {
    return this.#whole
      .exec(relative)
      ?.slice(1)
      .map(captured => captured ?? '')
  }

  /** The path relative to `base` in which every wildcard stands for `value`. */
  fill(value: string): string {
    return this.segments.map(segment => filledSegment(segment, value)).join('/')
  }

  #bad(why: string, hint = 'Name files, such as "databases/*.db".'): UsageError {
    return new UsageError('bad-pattern', `the pattern "${this.text}" ${why}`, { hint })
  }
}

/** Empty steps and `.` say nothing, and neither does a second `**` right after a first. */
function splitPath(text: string): string[] {
  return text
    .split('/')
    .filter(step => step !== '' && step !== '.')
    .filter((step, index, steps) => step !== '**' || steps[index - 1] !== '**')
}

function parseSegment(step: string): Segment {
  if (step === '**') return { kind: 'deep' }
  const parts = parseGlob(step, '[^/]')
  const [only] = parts
  if (parts.length === 1 && only !== undefined && 'literal' in only) {
    return { kind: 'literal', name: only.literal }
  }
  return { kind: 'glob', parts, test: new RegExp(`^${segmentSource(parts)}$`, 'u') }
}

function segmentSource(parts: readonly GlobPart[]): string {
  const startsWild = parts[0] !== undefined && 'wildcard' in parts[0]
  // A file name is never empty, though `{,x}` and `*` may stand for nothing.
  return `(?=[^/])${startsWild ? '(?!\\.)' : ''}${globSource(parts)}`
}

function wholeSource(segments: readonly Segment[]): string {
  return segments
    .map((segment, index) => {
      const isLast = index === segments.length - 1
      if (segment.kind === 'deep') return isLast ? `(${DIRECTORIES})` : `(?:(${DIRECTORIES})/)?`
      const source =
        segment.kind === 'literal'
          ? globSource([{ literal: segment.name }])
          : segmentSource(segment.parts)
      return isLast ? source : `${source}/`
    })
    .join('')
}

function filledSegment(segment: Segment, value: string): string {
  if (segment.kind === 'deep') return value
  if (segment.kind === 'literal') return segment.name
  return segment.parts.map(part => ('literal' in part ? part.literal : value)).join('')
}

function wildcardsIn(segment: Segment): number {
  if (segment.kind === 'deep') return 1
  return segment.kind === 'glob' ? segment.parts.filter(part => 'wildcard' in part).length : 0
}

function isDots(segment: Segment): boolean {
  return segment.kind === 'literal' && segment.name === '..'
}

function nameOf(segment: Segment): string {
  return segment.kind === 'literal' ? segment.name : ''
}
