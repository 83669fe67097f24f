import {
  isDigit,
  isHexDigit,
  isSpacePart,
  isSpaceStart,
  isWordPart,
  isWordStart,
} from './characters.js'

/**
 * What a token is.
 *
 * - `word`: an unquoted name or keyword; `identifier`: a quoted one (`"a"`, `[a]`, `` `a` ``).
 * - `comment`: without the line feed that ends a `--` comment.
 * - `invalid`: text that SQLite refuses with "unrecognized token", such as an unterminated string,
 *   a blob literal of half a byte, `12ab` or a lone `!`.
 */
export type TokenKind =
  | 'whitespace'
  | 'comment'
  | 'word'
  | 'identifier'
  | 'string'
  | 'blob'
  | 'number'
  | 'variable'
  | 'operator'
  | 'invalid'

const byteOrderMark = 0xfeff

/**
 * Reads a text token by token, without an object or a string for each, by the rules of SQLite's
 * `sqlite3GetToken`. Those of 3.53: older versions differ in what they refuse (`1_000`), not in where
 * a valid token ends.
 *
 * SQLite reads no further than a NUL, so a NUL and all that follows it is one `invalid` token.
 */
export class TokenCursor {
  readonly #whole: string
  /** The text up to the first NUL. */
  readonly #text: string

  /** The current token; before the first `next()` there is none. */
  kind: TokenKind = 'whitespace'
  /** Where it starts and ends, in UTF-16 code units from 0. */
  start = 0
  end = 0

  constructor(sql: string) {
    const nul = sql.indexOf('\0')
    this.#whole = sql
    this.#text = nul < 0 ? sql : sql.slice(0, nul)
  }

  /** The current token as written, quotes included. */
  get text(): string {
    return this.#whole.slice(this.start, this.end)
  }

  /** Whether the current token is neither white space nor a comment. */
  get isMeaningful(): boolean {
    return this.kind !== 'whitespace' && this.kind !== 'comment'
  }

  /** Moves to the next token; `false` when there is none. */
  next(): boolean {
    if (this.end >= this.#whole.length) return false
    this.start = this.end
    this.end =
      this.start < this.#text.length ? this.#read() : this.#ends('invalid', this.#whole.length)
    return true
  }

  /** Sets the kind of the token at `start` and gives its end. */
  #read(): number {
    const start = this.start
    const code = this.#text.charCodeAt(start)
    if (isSpaceStart(code)) return this.#ends('whitespace', this.#skip(start + 1, isSpacePart))
    if (code === byteOrderMark) return this.#ends('whitespace', start + 1)
    if (isDigit(code)) return this.#readNumber()
    const character = this.#text[start]
    const next = this.#text[start + 1]
    if (isWordStart(code)) {
      if (next === "'" && (character === 'x' || character === 'X')) return this.#readBlob()
      return this.#ends('word', this.#skip(start + 1, isWordPart))
    }
    switch (character) {
      case ';':
      case ',':
      case '(':
      case ')':
      case '+':
      case '*':
      case '%':
      case '&':
      case '~':
        return this.#operator(1)
      case '.':
        if (isDigit(this.#text.charCodeAt(start + 1))) return this.#readNumber()
        return this.#operator(1)
      case '=':
        return this.#operator(next === '=' ? 2 : 1)
      case '<':
        return this.#operator(next === '=' || next === '>' || next === '<' ? 2 : 1)
      case '>':
        return this.#operator(next === '=' || next === '>' ? 2 : 1)
      case '|':
        return this.#operator(next === '|' ? 2 : 1)
      case '!':
        return next === '=' ? this.#operator(2) : this.#ends('invalid', start + 1)
      case '-':
        if (next === '-') return this.#readLineComment()
        if (next !== '>') return this.#operator(1)
        return this.#operator(this.#text[start + 2] === '>' ? 3 : 2)
      case '/':
        return next === '*' ? this.#readBlockComment() : this.#operator(1)
      case "'":
        return this.#readQuoted("'", 'string')
      case '"':
      case '`':
        return this.#readQuoted(character, 'identifier')
      case '[':
        return this.#endsAfter(this.#text.indexOf(']', start + 1), 1, 'identifier')
      case '?':
        return this.#ends('variable', this.#skip(start + 1, isDigit))
      case '$':
      case '@':
      case ':':
      case '#':
        return this.#readVariable()
      default:
        return this.#ends('invalid', start + 1)
    }
  }

  #ends(kind: TokenKind, end: number): number {
    this.kind = kind
    return end
  }

  #operator(length: number): number {
    return this.#ends('operator', this.start + length)
  }

  /** Ends after the mark found at `found`; where there was none, at the end of the text. */
  #endsAfter(
    found: number,
    length: number,
    kind: TokenKind,
    otherwise: TokenKind = 'invalid',
  ): number {
    return found < 0 ? this.#ends(otherwise, this.#text.length) : this.#ends(kind, found + length)
  }

  /** The first offset from `from` on whose character is not in the class. */
  #skip(from: number, isInClass: (code: number) => boolean): number {
    let end = from
    while (isInClass(this.#text.charCodeAt(end))) end += 1
    return end
  }

  #readLineComment(): number {
    return this.#endsAfter(this.#text.indexOf('\n', this.start), 0, 'comment', 'comment')
  }

  #readBlockComment(): number {
    const inside = this.start + 2
    // To SQLite, `/*` as the very last characters is a division and a multiplication.
    if (inside === this.#text.length) return this.#operator(1)
    return this.#endsAfter(this.#text.indexOf('*/', inside), 2, 'comment', 'comment')
  }

  /** Two closing quotes in a row stand for one inside. */
  #readQuoted(quote: string, kind: TokenKind): number {
    let found = this.#text.indexOf(quote, this.start + 1)
    while (found >= 0 && this.#text[found + 1] === quote) {
      found = this.#text.indexOf(quote, found + 2)
    }
    return this.#endsAfter(found, 1, kind)
  }

  #readBlob(): number {
    const digits = this.#skip(this.start + 2, isHexDigit)
    const isWhole = this.#text[digits] === "'" && (digits - this.start) % 2 === 0
    return this.#endsAfter(this.#text.indexOf("'", digits), 1, isWhole ? 'blob' : 'invalid')
  }

  #readNumber(): number {
    const end = this.#isHexNumber()
      ? this.#skip(this.start + 3, isSeparatedHexDigit)
      : this.#decimalEnd()
    const wordEnd = this.#skip(end, isWordPart)
    return this.#ends(wordEnd > end ? 'invalid' : 'number', wordEnd)
  }

  #isHexNumber(): boolean {
    const marker = this.#text[this.start + 1]
    return (
      this.#text[this.start] === '0' &&
      (marker === 'x' || marker === 'X') &&
      isHexDigit(this.#text.charCodeAt(this.start + 2))
    )
  }

  #decimalEnd(): number {
    let end = this.#skip(this.start, isSeparatedDigit)
    if (this.#text[end] === '.') end = this.#skip(end + 1, isSeparatedDigit)
    if (this.#text[end] === 'e' || this.#text[end] === 'E') {
      const sign = this.#text[end + 1]
      const digits = end + (sign === '+' || sign === '-' ? 2 : 1)
      if (isDigit(this.#text.charCodeAt(digits))) end = this.#skip(digits, isSeparatedDigit)
    }
    return end
  }

  /** `:a`, `@a`, `#a`, `$a`, each with Tcl's `::` and a suffix in parentheses: `$a::b(c)`. */
  #readVariable(): number {
    let end = this.start + 1
    let isNamed = false
    for (;;) {
      const wordEnd = this.#skip(end, isWordPart)
      if (wordEnd > end) isNamed = true
      end = wordEnd
      if (!this.#text.startsWith('::', end)) break
      end += 2
    }
    if (!isNamed || this.#text[end] !== '(') {
      return this.#ends(isNamed ? 'variable' : 'invalid', end)
    }
    end = this.#skip(end + 1, isSuffixPart)
    return this.#text[end] === ')' ? this.#ends('variable', end + 1) : this.#ends('invalid', end)
  }
}

function isSeparatedDigit(code: number): boolean {
  return isDigit(code) || code === 0x5f
}

function isSeparatedHexDigit(code: number): boolean {
  return isHexDigit(code) || code === 0x5f
}

function isSuffixPart(code: number): boolean {
  return !Number.isNaN(code) && code !== 0x29 && !isSpacePart(code)
}
