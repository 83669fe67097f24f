import { StringDecoder } from 'node:string_decoder'

/** So many bytes are kept. */
const KEPT = 4_096
/** So many characters are passed on. */
const PASSED_ON = 64 * 1_024

/** Takes what a program prints: keeps the end of it, and passes the first of it on, in whole lines. */
export class TextTail {
  readonly #pass: ((text: string) => void) | undefined
  readonly #decoder = new StringDecoder('utf8')
  #kept = Buffer.alloc(0)
  #line = ''
  #passed = 0

  constructor(pass?: (text: string) => void) {
    this.#pass = pass
  }

  add(chunk: Buffer): void {
    this.#kept = Buffer.concat([this.#kept, chunk.subarray(-KEPT)]).subarray(-KEPT)
    if (this.#passed >= PASSED_ON) return
    const text = this.#line + this.#decoder.write(chunk)
    const end = text.lastIndexOf('\n') + 1
    this.#line = text.slice(end)
    this.#passOn(text.slice(0, end))
    if (this.#line.length > PASSED_ON) this.#passOn(this.#takeLine())
  }

  /** The end of all that was printed, as text. */
  end(): string {
    this.#passOn(this.#takeLine())
    // A character may have been cut in two.
    return this.#kept.toString('utf8').replace(/^\uFFFD+/, '')
  }

  #takeLine(): string {
    const line = this.#line
    this.#line = ''
    return line
  }

  #passOn(text: string): void {
    if (text === '' || this.#passed >= PASSED_ON) return
    const room = PASSED_ON - this.#passed
    this.#passed += text.length
    this.#pass?.(text.length > room ? `${text.slice(0, room)}… and more` : text)
  }
}
