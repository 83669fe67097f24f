import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FleetTable } from '../../src/page/browser/fleet-table.js'
import { ColumnBuilder } from '../../src/page/column.js'

const names = fc.uniqueArray(fc.string({ minLength: 1 }))
const kinds = fc.constantFrom('a', 'b', 'c')

describe('the data of a page', () => {
  it('give each database the value that it was packed with', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), kinds)), rows => {
        const column = new ColumnBuilder('Kind')
        const groups = new Map(['a', 'b', 'c'].map(kind => [kind, column.group(kind, 'good')]))
        for (const [name, text] of rows) {
          column.add(name, { text, tone: 'good', group: groups.get(text) ?? -1 })
        }
        const fleet = new FleetTable({
          names: rows.map(([name]) => name),
          columns: [column.build()],
        })
        for (const [row, [, text]] of rows.entries()) expect(fleet.value(row, 0)?.text).toBe(text)
        for (const [kind, group] of groups) {
          const count = rows.filter(([, text]) => text === kind).length
          expect(fleet.find('', { column: 0, group })).toHaveLength(count)
          expect(column.groups[group]?.count).toBe(count)
        }
      }),
    )
  })

  it('find every name by any part of it, whatever its case', () => {
    fc.assert(
      fc.property(names, fc.nat(), fc.nat(), (all, pick, cut) => {
        fc.pre(all.length > 0)
        const name = all[pick % all.length] as string
        const part = name.slice(cut % name.length)
        const found = new FleetTable({ names: all, columns: [] }).find(part, undefined)
        expect(found).toContain(all.indexOf(name))
        const wrong = found.filter(row => !all[row]?.toLowerCase().includes(part.toLowerCase()))
        expect(wrong).toEqual([])
      }),
    )
  })

  it('put names that begin with what is sought before others', () => {
    const fleet = new FleetTable({ names: ['a-bob', 'bob', 'bobby', 'carol'], columns: [] })
    expect(fleet.find('BOB', undefined)).toEqual([1, 2, 0])
  })

  it('are small for a fleet that is alike', () => {
    const column = new ColumnBuilder('Kind')
    for (let row = 0; row < 100_000; row += 1) {
      column.add(String(row), { text: 'same', tone: 'good', group: -1 })
    }
    expect(JSON.stringify(column.build()).length).toBeLessThan(200)
  })
})
