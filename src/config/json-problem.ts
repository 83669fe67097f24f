/** Where a text stops being sound JSON, and why. */
export interface JsonProblem {
  /** In UTF-16 code units, from 0. */
  offset: number
  /** Quotes nothing of the text but brackets, colons and commas: the text may hold a secret. */
  message: string
}

/** Far more than a configuration needs, and far less than the stack holds. */
const DEEPEST = 100

const SPACE = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const SIMPLE = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y

/**
 * The first problem of a JSON text; undefined when `JSON.parse` takes it. (The parser's own message
 * gives no place on Node 20, and quotes the text.) A key that an object has twice is a problem too,
 * because the parser would pass over the first one in silence.
 */
export function findJsonProblem(text: string): JsonProblem | undefined {
  try {
    new Scanner(text).document()
    return undefined
  } catch (error) {
    if (error instanceof Stop) return { offset: error.offset, message: error.message }
    throw error
  }
}

class Stop extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message)
  }
}

class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): void {
    this.#skip()
    this.#value(0)
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the file')
  }

  /** Every step ends behind the white space that follows. */
  #value(depth: number): void {
    if (depth > DEEPEST) throw new Stop(this.#at, 'this is nested too deeply')
    const character = this.#text[this.#at]
    if (character === '{') this.#object(depth)
    else if (character === '[') this.#list(']', () => this.#value(depth + 1))
    else if (character === '"') this.#string()
    else if (this.#take(SIMPLE) === undefined) throw this.#unexpected('a value')
    this.#skip()
  }

  #object(depth: number): void {
    const keys = new Set<string>()
    this.#list('}', () => {
      const start = this.#at
      if (this.#text[start] !== '"') throw this.#unexpected('a key in double quotes')
      const key: string = JSON.parse(this.#string())
      if (keys.has(key)) throw new Stop(start, 'this object has the same key twice')
      keys.add(key)
      this.#skip()
      if (this.#text[this.#at] !== ':') throw this.#unexpected('":"')
      this.#at += 1
      this.#skip()
      this.#value(depth + 1)
    })
  }

  #list(closing: '}' | ']', element: () => void): void {
    this.#at += 1
    this.#skip()
    if (this.#text[this.#at] === closing) {
      this.#at += 1
      return
    }
    for (;;) {
      element()
      const end = this.#text[this.#at]
      if (end !== ',' && end !== closing) throw this.#unexpected(`"," or "${closing}"`)
      const comma = this.#at
      this.#at += 1
      if (end === closing) return
      this.#skip()
      if (this.#text[this.#at] === closing) throw new Stop(comma, `a comma before "${closing}"`)
    }
  }

  #string(): string {
    const string = this.#take(STRING)
    if (string !== undefined) return string
    throw new Stop(this.#at, 'a text that does not end in its line, or has an unknown escape')
  }

  #skip(): void {
    this.#take(SPACE)
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const taken = pattern.exec(this.#text)?.[0]
    this.#at += taken?.length ?? 0
    return taken
  }

  #unexpected(expected: string): Stop {
    return new Stop(this.#at, `${expected} was expected here, not ${this.#found()}`)
  }

  #found(): string {
    const rest = this.#text.slice(this.#at, this.#at + 2)
    if (rest === '') return 'the end of the file'
    if (/^\/[/*]|^#/.test(rest)) return 'a comment'
    if (rest.startsWith("'")) return 'single quotes'
    return /^[{}[\]:,]/.test(rest) ? `"${rest[0]}"` : 'this'
  }
}
