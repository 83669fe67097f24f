import { parse } from 'node:path/posix'
import { UsageError } from '../errors/usage-error.js'
import type { FilePattern } from './file-pattern.js'
import { type Piece, parsePlaceholders } from './placeholders.js'

/** Tells the name of a database from the path of its file, and back. */
export class NameOfFile {
  readonly #pattern: FilePattern
  readonly #template: Piece[] | undefined

  /**
   * @param template what the name is made of; `{n}` is what the n-th wildcard of the pattern stands
   * for. Without it the name is what the wildcards stand for, joined by `/`, or the file's name
   * without its extension where that is nothing.
   * @throws UsageError `bad-pattern` when the template refers to a wildcard that is not there
   */
  constructor(pattern: FilePattern, template?: string) {
    this.#pattern = pattern
    this.#template = template === undefined ? undefined : parsePlaceholders(template, 'name')
    for (const piece of this.#template ?? []) {
      if ('placeholder' in piece) this.#check(piece.placeholder, template ?? '')
    }
  }

  /** The name; undefined for a path that does not match. May be empty. */
  of(relative: string): string | undefined {
    const captures = this.#pattern.match(relative)
    if (captures === undefined) return undefined
    if (this.#template !== undefined) {
      return this.#template
        .map(piece => ('text' in piece ? piece.text : captures[Number(piece.placeholder) - 1]))
        .join('')
    }
    if (captures.length === 1 && captures[0] !== undefined && captures[0] !== '') return captures[0]
    return captures.filter(capture => capture !== '').join('/') || parse(relative).name
  }

  /**
   * What the only wildcard has to stand for to give that name; undefined when there is no such
   * thing, be it for this name or for any.
   */
  wildcardFor(name: string): string | undefined {
    if (this.#pattern.wildcards !== 1) return undefined
    if (this.#template === undefined) return name
    const at = this.#template.findIndex(piece => 'placeholder' in piece)
    const before = textOf(this.#template.slice(0, at))
    const after = textOf(this.#template.slice(at + 1))
    const fits =
      at !== -1 &&
      name.length > before.length + after.length &&
      name.startsWith(before) &&
      name.endsWith(after)
    return fits ? name.slice(before.length, name.length - after.length) : undefined
  }

  #check(placeholder: string, template: string): void {
    const { wildcards, text } = this.#pattern
    if (!/^[1-9]\d*$/.test(placeholder)) {
      throw new UsageError('bad-pattern', `name "${template}" has an unknown {${placeholder}}`, {
        hint: '{1} is what the first wildcard of `files` stands for, {2} the second, and so on.',
      })
    }
    if (Number(placeholder) <= wildcards) return
    const count = wildcards === 1 ? 'one wildcard' : `${wildcards || 'no'} wildcards`
    throw new UsageError(
      'bad-pattern',
      `name "${template}" refers to {${placeholder}}, but "${text}" has ${count}`,
      { hint: 'Wildcards are * ** ? […] {…}; adjacent ones count as one.' },
    )
  }
}

/** Placeholders add nothing: a name made of two is refused when it is compared with what it gives. */
function textOf(pieces: readonly Piece[]): string {
  return pieces.map(piece => ('text' in piece ? piece.text : '')).join('')
}
