import type { DumpCommand } from './dump-command.js'

/** A statement that was read, from behind the one before it to behind its semicolon. */
export interface KnownStatement {
  text: string
  /** Where its first token is in the text. */
  offset: number
  command: DumpCommand
}

interface Branch {
  statement: KnownStatement | undefined
  /** What came next, the newest first. */
  next: Branch[]
}

/** More are of schemas that have little in common. */
const MOST = 500
/** In characters; also what is kept of a dump that somebody else wrote is to be bounded. */
const LONGEST = 1 << 14
const MOST_BRANCHES = 8

/**
 * `CREATE` statements of earlier dumps. Those of a fleet mostly have the same ones in the same order, so
 * that each takes no more than a comparison: where a statement ends, and what it is, follows from its own
 * characters.
 */
export class KnownStatements {
  #root: Branch = { statement: undefined, next: [] }
  #at = this.#root
  #count = 0

  /** Expects the beginning of a dump. */
  restart(): void {
    this.#at = this.#root
  }

  /** The statement that a text goes on with, if it came at this place before. */
  find(text: string, position: number): KnownStatement | undefined {
    const found = this.#at.next.find(
      ({ statement }) => statement !== undefined && text.startsWith(statement.text, position),
    )
    if (found !== undefined) this.#at = found
    return found?.statement
  }

  /** Expects a statement from now on behind those that were found and added before it. */
  add(statement: KnownStatement): void {
    if (statement.text.length > LONGEST) return
    if (this.#count === MOST) {
      this.#root = { statement: undefined, next: [] }
      this.#at = this.#root
      this.#count = 0
    }
    const branch: Branch = { statement, next: [] }
    this.#at.next = [branch, ...this.#at.next.slice(0, MOST_BRANCHES - 1)]
    this.#at = branch
    this.#count += 1
  }
}
