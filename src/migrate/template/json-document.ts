import { lineAndColumn, type Position } from '../../sql/position.js'

/** The way to a value in a document: keys and indexes. */
export type JsonSteps = readonly (string | number)[]

/** A JSON text that has been read, and where its values stand. */
export interface JsonDocument {
  value: unknown
  /** Of a member, where its key stands; of what is not there, where the object stands. */
  locate(steps: JsonSteps): Position
}

/** Where the text stops being JSON, and why. */
export class JsonSyntaxError extends Error {
  readonly position: Position

  constructor(message: string, position: Position) {
    super(message)
    this.position = position
  }
}

const maximumDepth = 64
const plainKey = /^[A-Za-z_$][\w$]*$/
/** They mean something to every object in JavaScript, so validators pass over them. */
const inheritedKeys = new Set(['__proto__', 'constructor', 'prototype'])

/** A place in a document as people write it: `tags[0].path`; empty for the document itself. */
export function formatJsonPlace(steps: JsonSteps): string {
  return steps.reduce<string>((place, step) => {
    if (typeof step === 'number') return `${place}[${step}]`
    if (!plainKey.test(step)) return `${place}[${JSON.stringify(step)}]`
    return place === '' ? step : `${place}.${step}`
  }, '')
}

/**
 * Reads JSON as `JSON.parse` does, but remembers where everything stands, gives line and column of
 * an error on every version of Node, and refuses a key that occurs twice.
 *
 * @throws JsonSyntaxError
 */
export function parseJsonDocument(text: string): JsonDocument {
  const reader = new Reader(text)
  const value = reader.document()
  return { value, locate: steps => lineAndColumn(text, reader.offsetOf(steps)) }
}

class Reader {
  readonly #offsets = new Map<string, number>()
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): unknown {
    this.#skip()
    const value = this.#value([])
    this.#skip()
    if (this.#at < this.#text.length) this.#fail(`${this.#found()} after the end of the document`)
    return value
  }

  offsetOf(steps: JsonSteps): number {
    const offset = this.#offsets.get(formatJsonPlace(steps))
    return offset ?? (steps.length === 0 ? 0 : this.offsetOf(steps.slice(0, -1)))
  }

  #value(steps: JsonSteps): unknown {
    const place = formatJsonPlace(steps)
    if (!this.#offsets.has(place)) this.#offsets.set(place, this.#at)
    if (steps.length > maximumDepth) this.#fail(`nested deeper than ${maximumDepth} levels`)
    const character = this.#text[this.#at]
    if (character === '{') return this.#object(steps)
    if (character === '[') return this.#array(steps)
    if (character === '"') return this.#string()
    return this.#word()
  }

  #object(steps: JsonSteps): unknown {
    const members = new Map<string, unknown>()
    this.#list('}', () => {
      const start = this.#at
      if (this.#text[start] !== '"') {
        this.#fail(`a key in double quotes was expected here, not ${this.#found()}`)
      }
      const key = this.#string()
      if (members.has(key)) this.#fail(`the key ${JSON.stringify(key)} occurs twice`, start)
      if (inheritedKeys.has(key)) this.#fail(`the key ${JSON.stringify(key)} cannot be used`, start)
      this.#offsets.set(formatJsonPlace([...steps, key]), start)
      this.#skip()
      if (this.#text[this.#at] !== ':') this.#fail(`":" was expected here, not ${this.#found()}`)
      this.#at += 1
      this.#skip()
      members.set(key, this.#value([...steps, key]))
    })
    return Object.fromEntries(members)
  }

  #array(steps: JsonSteps): unknown[] {
    const elements: unknown[] = []
    this.#list(']', () => {
      elements.push(this.#value([...steps, elements.length]))
    })
    return elements
  }

  /** From the opening bracket to behind the closing one. */
  #list(closing: '}' | ']', element: () => void): void {
    this.#at += 1
    this.#skip()
    if (this.#text[this.#at] === closing) {
      this.#at += 1
      return
    }
    for (;;) {
      element()
      this.#skip()
      const character = this.#text[this.#at]
      if (character !== ',' && character !== closing) {
        this.#fail(`"," or "${closing}" was expected here, not ${this.#found()}`)
      }
      const comma = this.#at
      this.#at += 1
      if (character === closing) return
      this.#skip()
      if (this.#text[this.#at] === closing) this.#fail(`a comma before "${closing}"`, comma)
    }
  }

  #string(): string {
    const start = this.#at
    let end = start + 1
    while (end < this.#text.length && this.#text[end] !== '"') {
      end += this.#text[end] === '\\' ? 2 : 1
    }
    if (end >= this.#text.length) this.#fail('a text that no double quote ends', start)
    this.#at = end + 1
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string
    } catch {
      return this.#fail('a text with a line break, a tab or an unknown escape in it', start)
    }
  }

  /** A number, `true`, `false` or `null`. */
  #word(): number | boolean | null {
    const word = this.#wordHere()
    try {
      const value = JSON.parse(word) as number | boolean | null
      this.#at += word.length
      return value
    } catch {
      return this.#fail(`a value was expected here, not ${this.#found()}`)
    }
  }

  #wordHere(): string {
    let end = this.#at
    while (/[\w.+-]/.test(this.#text[end] ?? '')) end += 1
    return this.#text.slice(this.#at, end)
  }

  #skip(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1
  }

  #found(): string {
    if (this.#at >= this.#text.length) return 'the end of the file'
    if (/^\/[/*]/.test(this.#text.slice(this.#at, this.#at + 2))) return 'a comment (JSON has none)'
    const [character] = this.#text.slice(this.#at, this.#at + 2)
    return JSON.stringify(this.#wordHere().slice(0, 20) || character)
  }

  #fail(message: string, offset = this.#at): never {
    throw new JsonSyntaxError(message, lineAndColumn(this.#text, offset))
  }
}
