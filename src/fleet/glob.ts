import { UsageError } from '../errors/usage-error.js'

/**
 * A piece of a glob: text to be met as it stands, or a run of adjacent wildcards as the source of
 * a regular expression (flag `u`, no groups that capture).
 */
export type GlobPart = { literal: string } | { wildcard: string }

/**
 * Takes a glob apart. dbfleet has one glob language, for files and for names:
 *
 * - `*` any number of characters, `?` one character
 * - `[ab]`, `[a-z]`, `[!ab]` one of these, one but these
 * - `{a,b*}` one of these alternatives
 * - `\` before a character takes away its meaning
 *
 * Everything else stands for itself.
 *
 * @param any what `*` and `?` may stand for: a regular expression of one character
 * @throws UsageError `bad-pattern` when a bracket or a brace is not closed or makes no sense
 */
export function parseGlob(glob: string, any: string): GlobPart[] {
  return new GlobParser(glob, any).parts('')
}

/** The regular expression (flag `u`) of a parsed glob; each run of wildcards is a group. */
export function globSource(parts: readonly GlobPart[]): string {
  return parts
    .map(part => ('literal' in part ? escaped(part.literal) : `(${part.wildcard})`))
    .join('')
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

class GlobParser {
  readonly #glob: string
  readonly #characters: string[]
  readonly #any: string
  #at = 0

  constructor(glob: string, any: string) {
    this.#glob = glob
    this.#characters = [...glob]
    this.#any = any
  }

  /** Reads up to one of the characters of `ends`, or to the end. */
  parts(ends: string): GlobPart[] {
    const parts: GlobPart[] = []
    for (let next = this.#peek(); next !== undefined && !ends.includes(next); next = this.#peek()) {
      this.#at++
      const part = this.#part(next)
      const last = parts.at(-1)
      if (last !== undefined && 'literal' in last && 'literal' in part) last.literal += part.literal
      else if (last !== undefined && 'wildcard' in last && 'wildcard' in part) {
        last.wildcard += part.wildcard
      } else parts.push(part)
    }
    return parts
  }

  #part(character: string): GlobPart {
    switch (character) {
      case '*':
        while (this.#peek() === '*') this.#at++
        return { wildcard: `${this.#any}*?` }
      case '?':
        return { wildcard: this.#any }
      case '[':
        return { wildcard: this.#characterClass() }
      case '{':
        return { wildcard: this.#alternatives() }
      case '\\':
        return { literal: this.#take('ends with a backslash, which escapes nothing') }
      default:
        return { literal: character }
    }
  }

  #characterClass(): string {
    const unclosed = 'has a "[" that is not closed'
    const negated = this.#peek() === '!' || this.#peek() === '^'
    if (negated) this.#at++
    let items = ''
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      const from = this.#classCharacter(unclosed)
      const isRange = this.#peek() === '-' && ![']', undefined].includes(this.#peek(1))
      if (!isRange) {
        items += classEscaped(from)
        continue
      }
      this.#at++
      const to = this.#classCharacter(unclosed)
      if (codePoint(from) > codePoint(to)) throw this.#bad(`has a range from "${from}" to "${to}"`)
      items += `${classEscaped(from)}-${classEscaped(to)}`
    }
    this.#at++
    // The lookahead keeps a negated class from what no wildcard may stand for.
    return `(?=${this.#any})[${negated ? '^' : ''}${items}]`
  }

  #classCharacter(unclosed: string): string {
    const character = this.#take(unclosed)
    if (character === '[') throw this.#bad('has a "[" inside of "[…]"')
    return character === '\\' ? this.#take(unclosed) : character
  }

  #alternatives(): string {
    const alternatives: string[] = []
    let end: string
    do {
      alternatives.push(this.parts(',}').map(unnamedSource).join(''))
      end = this.#take('has a "{" that is not closed')
    } while (end === ',')
    if (alternatives.length === 1) throw this.#bad('has a "{…}" without a comma')
    return `(?:${alternatives.join('|')})`
  }

  #peek(ahead = 0): string | undefined {
    return this.#characters[this.#at + ahead]
  }

  #take(otherwise: string): string {
    const character = this.#peek()
    if (character === undefined) throw this.#bad(otherwise)
    this.#at++
    return character
  }

  #bad(why: string): UsageError {
    return new UsageError('bad-pattern', `the pattern "${this.#glob}" ${why}`, {
      hint: 'Write a backslash before * ? [ { to mean the character itself.',
    })
  }
}

function unnamedSource(part: GlobPart): string {
  return 'literal' in part ? escaped(part.literal) : part.wildcard
}

function classEscaped(character: string): string {
  return /[\\\][^-]/.test(character) ? `\\${character}` : character
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0
}
