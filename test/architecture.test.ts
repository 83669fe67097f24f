import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))

const architecture = readFileSync(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8')

/** A table of ARCHITECTURE.md: what the last column names, by what the first one names. */
function table(header: string): Map<string, string[]> {
  const [, text = ''] = architecture.split(`| ${header} |\n`)
  const [, ...rows] = text.slice(0, text.indexOf('\n\n')).split('\n')
  return new Map(
    rows.map(row => {
      const cells = row.split('|').slice(1, -1)
      return [namesIn(cells[0])[0] ?? '', namesIn(cells.at(-1))]
    }),
  )
}

function namesIn(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
}

/** Which other rooms a room may import from. */
const ARROWS = table('room | holds | may import')

/** Anyone may import these; they import nothing of ours but what the table says. */
const FOUNDATIONS = ['errors', 'report', 'sql', 'version']

/** Packages that may be imported from some rooms only. */
const FENCES = table('package | only in')

interface Import {
  from: string
  specifier: string
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.ts'))

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8')
  const found = ts.preProcessFile(text, true, true).importedFiles
  return found.map(({ fileName }) => ({ from: file, specifier: fileName }))
}

function roomOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] as string) : file.replace(/\.ts$/, '')
}

function allowed(room: string, to: string): boolean {
  if (room === to) return true
  if (FOUNDATIONS.includes(to) && !FOUNDATIONS.includes(room)) return true
  return ARROWS.get(room)?.includes(to) === true
}

describe('the architecture', () => {
  const imports = files.flatMap(importsOf)

  it('is looked at', () => {
    expect(imports.length).toBeGreaterThan(100)
    expect([...FENCES.keys()]).toContain('umzug')
  })

  it('has the rooms that ARCHITECTURE.md names', () => {
    expect([...ARROWS.keys()].sort()).toEqual([...new Set(files.map(roomOf))].sort())
  })

  it('has arrows only in the agreed direction', () => {
    const wrong = imports.flatMap(({ from, specifier }) => {
      if (!specifier.startsWith('.')) return []
      const target = relative(src, normalize(join(src, from, '..', specifier)))
      const [room, to] = [roomOf(from), roomOf(target.replace(/\.js$/, '.ts'))]
      return allowed(room, to) ? [] : [`${from} → ${target}`]
    })
    expect(wrong).toEqual([])
  })

  it('keeps packages behind their fences', () => {
    const wrong = imports.filter(
      ({ from, specifier }) => FENCES.get(specifier)?.includes(roomOf(from)) === false,
    )
    expect(wrong).toEqual([])
  })

  it('writes to standard output in output/ only, and ends the process in bin.ts only', () => {
    const wrong = files.filter(file => {
      const text = readFileSync(join(src, file), 'utf8')
      const prints = /console\.|process\.stdout/.test(text) && !file.startsWith('output/')
      const ends = /process\.exit(Code)?\b/.test(text) && file !== 'bin.ts'
      return prints || ends
    })
    expect(wrong).toEqual([])
  })

  it('has no circle of imports', () => {
    const graph = new Map<string, string[]>(files.map(file => [file, []]))
    for (const { from, specifier } of imports) {
      if (!specifier.startsWith('.')) continue
      const target = relative(src, normalize(join(src, from, '..', specifier))).replace(
        /\.js$/,
        '.ts',
      )
      graph.get(from)?.push(target)
    }
    const done = new Set<string>()
    const visit = (file: string, path: string[]): string[] | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
      if (done.has(file)) return undefined
      for (const next of graph.get(file) ?? []) {
        const circle = visit(next, [...path, file])
        if (circle !== undefined) return circle
      }
      done.add(file)
      return undefined
    }
    for (const file of files) expect(visit(file, [])).toBeUndefined()
  })
})
