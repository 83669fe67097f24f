import type { PackedPage } from '../packed-page.js'
import { elementOf } from './element.js'
import { FleetTable } from './fleet-table.js'
import { Search } from './search.js'

const data = elementOf('data', HTMLScriptElement).textContent ?? ''
const search = new Search(new FleetTable(JSON.parse(data) as PackedPage))
search.start()

for (const button of document.querySelectorAll<HTMLButtonElement>('button.show')) {
  button.hidden = false
  button.addEventListener('click', () => {
    const { column, group } = button.dataset
    const words = button.closest('tr')?.querySelector('.tone')?.textContent ?? ''
    search.clear()
    search.narrow({ column: Number(column), group: Number(group), words })
    search.focus()
  })
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const { target } = event
  if (
    event.key === 'Escape' &&
    target instanceof Element &&
    target.closest('#databases') !== null
  ) {
    search.clear()
    search.focus()
  } else if (event.key === '/' && !(target instanceof HTMLInputElement)) {
    event.preventDefault()
    search.focus()
  }
})
