import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundledPackages } from './bundled-packages.js'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const dist = fileURLToPath(new URL('dist/', root))

const { dependencies, devDependencies } = JSON.parse(read('package.json'))
const bundled = readdirSync(dist)
  .filter(file => file.endsWith('.js'))
  .flatMap(file => bundledPackages(dist + file))

describe('the dependencies', () => {
  it('are those that docs/decisions/0005-dependencies.md explains', () => {
    const page = read('docs/decisions/0005-dependencies.md')
    const namesIn = (text = '') => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
    const [, installed, inBundle, forWork] = page.split(/^## /m).map(namesIn)
    expect(installed?.sort()).toEqual(Object.keys(dependencies).sort())
    expect([...(inBundle ?? []), ...(forWork ?? [])].sort()).toEqual(
      Object.keys(devDependencies).sort(),
    )
    expect(bundled).toEqual(expect.arrayContaining(inBundle ?? ['']))
  })

  it('are bundled with their licences', () => {
    const licences = read('dist/THIRD-PARTY-LICENSES.txt')
    const without = bundled.filter(name => !licences.includes(`${name} `))
    expect(bundled).toContain('umzug')
    expect(without).toEqual([])
  })

  it('are bundled or installed, never both', () => {
    expect(bundled.filter(name => name in dependencies)).toEqual([])
  })
})
