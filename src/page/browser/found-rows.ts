import type { PackedValue } from '../packed-page.js'
import { element } from './element.js'
import type { FleetTable } from './fleet-table.js'

/** The rows of databases that were found; each opens to show all that the page knows of one. */
export class FoundRows {
  readonly #fleet: FleetTable
  readonly #body: HTMLElement
  readonly table: HTMLTableElement

  constructor(fleet: FleetTable) {
    this.#fleet = fleet
    this.#body = element('tbody')
    const heads = ['Name', ...fleet.titles].map(title => element('th', { scope: 'col' }, title))
    this.table = element(
      'table',
      { class: 'found' },
      element('caption', { class: 'unseen' }, 'Databases that were found'),
      element('thead', {}, element('tr', {}, ...heads)),
      this.#body,
    )
  }

  clear(): void {
    this.#body.replaceChildren()
  }

  append(rows: readonly number[]): void {
    this.#body.append(...rows.map(row => this.#row(row)))
  }

  buttons(): HTMLButtonElement[] {
    return [...this.#body.querySelectorAll<HTMLButtonElement>('button.name')]
  }

  #row(row: number): HTMLElement {
    const name = element(
      'button',
      { type: 'button', class: 'name', 'aria-expanded': 'false' },
      this.#fleet.names[row] ?? '',
    )
    const cells = this.#fleet.titles.map((title, column) =>
      element('td', { 'data-title': title }, ...told(this.#fleet.value(row, column))),
    )
    const line = element('tr', {}, element('th', { scope: 'row' }, name), ...cells)
    let details: HTMLElement | undefined
    name.addEventListener('click', () => {
      if (details === undefined) {
        details = this.#details(row)
        line.after(details)
      } else {
        details.remove()
        details = undefined
      }
      name.setAttribute('aria-expanded', String(details !== undefined))
    })
    return line
  }

  #details(row: number): HTMLElement {
    const terms = this.#fleet.titles.flatMap((title, column) => {
      const value = this.#fleet.value(row, column)
      const lines = (value?.lines ?? []).map(line => element('span', { class: 'line' }, line))
      return [element('dt', {}, title), element('dd', {}, ...told(value), ...lines)]
    })
    const span = String(this.#fleet.titles.length + 1)
    return element(
      'tr',
      { class: 'details' },
      element('td', { colspan: span }, element('dl', {}, ...terms)),
    )
  }
}

function told(value: PackedValue | undefined): Node[] {
  if (value === undefined) return []
  return [element('span', { class: `tone ${value.tone}` }, value.text)]
}
