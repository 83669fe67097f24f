/** What waits for those before it. */
interface Waiting<Part> {
  parts: Part[]
  ended: boolean
}

/**
 * Gives parts of results on in the order of their index, although they come as they are ready. What
 * waits is bounded: where those before it take too long, it is let pass.
 */
export class InTurn<Part> {
  readonly #give: (index: number, part: Part) => Promise<void>
  readonly #sizeOf: (part: Part) => number
  readonly #most: number
  readonly #waiting = new Map<number, Waiting<Part>>()
  #next = 0
  #size = 0
  #giving: Promise<void> = Promise.resolve()

  /**
   * @param give is called for one part at a time
   * @param most how much may wait, in the unit of `sizeOf`
   */
  constructor(
    give: (index: number, part: Part) => Promise<void>,
    { sizeOf, most }: { sizeOf(part: Part): number; most: number },
  ) {
    this.#give = give
    this.#sizeOf = sizeOf
    this.#most = most
  }

  /** Takes a part; resolves when the next one may come. `last` ends the result of this index. */
  put(index: number, part: Part | undefined, { last }: { last: boolean }): Promise<void> {
    const entry = this.#waiting.get(index) ?? { parts: [], ended: false }
    this.#waiting.set(index, entry)
    if (part !== undefined) {
      entry.parts.push(part)
      this.#size += this.#sizeOf(part)
    }
    entry.ended = last
    return this.#advance()
  }

  /** Gives on what still waits for those that never came. */
  end(): Promise<void> {
    return this.#serially(() => this.#giveAll())
  }

  #advance(): Promise<void> {
    return this.#serially(async () => {
      for (;;) {
        const entry = this.#waiting.get(this.#next)
        if (entry === undefined) break
        await this.#giveParts(this.#next, entry)
        if (!entry.ended) break
        this.#waiting.delete(this.#next)
        this.#next += 1
      }
      if (this.#size > this.#most) await this.#giveAll()
    })
  }

  async #giveAll(): Promise<void> {
    const indices = [...this.#waiting.keys()].sort((a, b) => a - b)
    for (const index of indices) {
      const entry = this.#waiting.get(index)
      if (entry !== undefined) await this.#giveParts(index, entry)
    }
  }

  async #giveParts(index: number, entry: Waiting<Part>): Promise<void> {
    const { parts } = entry
    entry.parts = []
    for (const part of parts) {
      this.#size -= this.#sizeOf(part)
      await this.#give(index, part)
    }
  }

  #serially(work: () => Promise<void>): Promise<void> {
    this.#giving = this.#giving.then(work)
    return this.#giving
  }
}
