import { Writable } from 'node:stream'
import type { OutputStream } from '../../src/output/terminal.js'

const ERASE = '\x1b[K'

/** A stream that keeps what was written to it. */
export class FakeStream extends Writable implements OutputStream {
  readonly isTTY: boolean
  columns: number | undefined
  readonly chunks: string[] = []

  constructor({ columns }: { columns?: number } = {}) {
    super({ decodeStrings: false })
    this.isTTY = columns !== undefined
    this.columns = columns
  }

  get written(): string {
    return this.chunks.join('')
  }

  /** What a terminal shows of it: carriage return and "erase to the end of the line" obeyed. */
  get visible(): string {
    const lines = ['']
    let column = 0
    const text = this.written
    for (let index = 0; index < text.length; index += 1) {
      const line = lines.at(-1) ?? ''
      const character = text.charAt(index)
      if (text.startsWith(ERASE, index)) {
        lines[lines.length - 1] = line.slice(0, column)
        index += ERASE.length - 1
      } else if (character === '\n') {
        lines.push('')
        column = 0
      } else if (character === '\r') column = 0
      else {
        lines[lines.length - 1] = line.slice(0, column) + character + line.slice(column + 1)
        column += 1
      }
    }
    return lines.join('\n')
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.chunks.push(chunk)
    done()
  }
}
