import { elementOf } from './element.js'
import type { Filter, FleetTable } from './fleet-table.js'
import { FoundRows } from './found-rows.js'

/** Rows that are shown at once: more is not read, and takes time to lay out. */
const ROWS_AT_ONCE = 100

/** Finds databases by name, and by the groups of the page. */
export class Search {
  readonly #fleet: FleetTable
  readonly #rows: FoundRows
  readonly #form = elementOf('search', HTMLFormElement)
  readonly #name = elementOf('name', HTMLInputElement)
  readonly #count = elementOf('count', HTMLElement)
  readonly #more = elementOf('more', HTMLButtonElement)
  readonly #all = elementOf('all', HTMLButtonElement)
  #filter: (Filter & { words: string }) | undefined
  #found: number[] = []
  #shown = 0

  constructor(fleet: FleetTable) {
    this.#fleet = fleet
    this.#rows = new FoundRows(fleet)
  }

  start(): void {
    elementOf('found', HTMLElement).append(this.#rows.table)
    this.#form.hidden = false
    this.#form.addEventListener('submit', event => {
      event.preventDefault()
      this.#rows.buttons()[0]?.focus()
    })
    this.#name.addEventListener('input', () => this.#update())
    this.#more.addEventListener('click', () => this.#showMore())
    this.#all.addEventListener('click', () => {
      this.narrow(undefined)
      this.focus()
    })
    this.#rows.table.addEventListener('keydown', event => this.#move(event))
    this.#name.addEventListener('keydown', event => {
      if (event.key === 'ArrowDown') this.#go(event, 0)
    })
    this.#update()
  }

  focus(): void {
    this.#form.scrollIntoView({ block: 'start' })
    this.#name.focus({ preventScroll: true })
    this.#name.select()
  }

  /** Forgets what was searched for. */
  clear(): void {
    this.#name.value = ''
    this.narrow(undefined)
  }

  /** Shows the databases of a group only. */
  narrow(filter: (Filter & { words: string }) | undefined): void {
    this.#filter = filter
    this.#all.hidden = filter === undefined
    this.#update()
  }

  #update(): void {
    this.#found = this.#fleet.find(this.#name.value, this.#filter)
    this.#rows.clear()
    this.#rows.table.hidden = this.#found.length === 0
    this.#shown = 0
    this.#showMore({ isSaid: true })
  }

  #showMore({ isSaid = false } = {}): void {
    const next = this.#found.slice(this.#shown, this.#shown + ROWS_AT_ONCE)
    const first = this.#shown
    this.#rows.append(next)
    this.#shown += next.length
    const left = this.#found.length - this.#shown
    // The button goes with the last rows; whoever pressed it goes on with what it brought.
    if (!isSaid) this.#rows.buttons()[first]?.focus()
    this.#more.hidden = left === 0
    this.#more.textContent = `${Math.min(left, ROWS_AT_ONCE)} more of ${left.toLocaleString('en')}`
    this.#count.textContent = this.#words()
  }

  #words(): string {
    const found = this.#found.length.toLocaleString('en')
    const all = this.#fleet.names.length.toLocaleString('en')
    const which = this.#filter === undefined ? '' : ` (${this.#filter.words})`
    const shown = this.#shown < this.#found.length ? `, the first ${this.#shown} are shown` : ''
    return `${found} of ${all} databases${which}${shown}`
  }

  #move(event: KeyboardEvent): void {
    const buttons = this.#rows.buttons()
    const at = buttons.indexOf(event.target as HTMLButtonElement)
    if (at === -1) return
    if (event.key === 'ArrowDown') this.#go(event, at + 1)
    else if (event.key === 'ArrowUp') {
      if (at > 0) this.#go(event, at - 1)
      else {
        event.preventDefault()
        this.#name.focus()
      }
    } else if (event.key === 'Home') this.#go(event, 0)
    else if (event.key === 'End') this.#go(event, buttons.length - 1)
  }

  #go(event: KeyboardEvent, to: number): void {
    event.preventDefault()
    this.#rows.buttons()[to]?.focus()
  }
}
