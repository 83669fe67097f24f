import { asciiUpperCase } from '../sql/ascii-case.js'
import type { Token } from '../sql/tokens.js'
import { unquotedName } from '../sql/unquoted-name.js'

/** Walks over the meaningful tokens of a statement that the engine has accepted. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  #position = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#tokens.length
  }

  /** The next token, or one further on. */
  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#position + ahead]
  }

  /** The next token as a word in upper case; undefined when it is quoted or no word. */
  word(ahead = 0): string | undefined {
    const token = this.peek(ahead)
    return token?.kind === 'word' ? asciiUpperCase(token.text) : undefined
  }

  next(): Token {
    const token = this.peek()
    if (token === undefined) throw new Error('the statement ends too early')
    this.#position += 1
    return token
  }

  /** Passes over these words if they come next, all of them. */
  accept(...words: string[]): boolean {
    if (!words.every((word, index) => this.word(index) === word)) return false
    this.#position += words.length
    return true
  }

  /** Passes over an operator if it comes next. */
  acceptSign(sign: string): boolean {
    const token = this.peek()
    if (token?.kind !== 'operator' || token.text !== sign) return false
    this.#position += 1
    return true
  }

  /** A name, without its quotes. */
  name(): string {
    return unquotedName(this.next())
  }

  /** A name after which a dot and the name proper may follow: `main.t`. */
  qualifiedName(): string {
    const first = this.name()
    return this.acceptSign('.') ? this.name() : first
  }

  /** What stands between the parenthesis that comes next and its other half. */
  parenthesized(): Token[] {
    if (!this.acceptSign('(')) throw new Error('a parenthesis is missing')
    const start = this.#position
    for (let depth = 1; depth > 0; ) {
      const { text } = this.next()
      if (text === '(') depth += 1
      else if (text === ')') depth -= 1
    }
    return this.#tokens.slice(start, this.#position - 1)
  }

  /** All that is left. */
  rest(): Token[] {
    const tokens = this.#tokens.slice(this.#position)
    this.#position = this.#tokens.length
    return tokens
  }
}

/** The parts between commas that stand outside parentheses. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = []
  let part: Token[] = []
  let depth = 0
  for (const token of tokens) {
    if (token.text === '(') depth += 1
    else if (token.text === ')') depth -= 1
    if (token.text === ',' && depth === 0) {
      parts.push(part)
      part = []
    } else {
      part.push(token)
    }
  }
  return part.length > 0 ? [...parts, part] : parts
}
