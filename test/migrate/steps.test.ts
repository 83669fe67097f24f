import { describe, expect, it } from 'vitest'
import type { Migration } from '../../src/migrate/migration.js'
import { planSteps } from '../../src/migrate/steps.js'

function migration(name: string, facts: Partial<Migration> = {}): Migration {
  return {
    name,
    kind: 'sql',
    file: `/${name}.up.sql`,
    checksum: '',
    transaction: true,
    foreignKeys: 'off',
    up: [],
    ...facts,
  }
}

const names = (migrations: Migration[], mode: 'all' | 'each' = 'all') =>
  planSteps(migrations, mode).map(step => step.migrations.join('+'))

describe('planSteps', () => {
  const [a, b, c] = [migration('a'), migration('b'), migration('c')]

  it('puts everything into one transaction', () => {
    expect(names([a, b, c])).toEqual(['a+b+c'])
  })

  it('makes a transaction for each migration where that is asked for', () => {
    expect(names([a, b, c], 'each')).toEqual(['a', 'b', 'c'])
  })

  it('lets a migration that runs outside a transaction stand alone', () => {
    expect(names([a, b, migration('x', { transaction: false }), c])).toEqual(['a+b', 'x', 'c'])
  })

  it('never puts migrations that differ about foreign keys into one transaction', () => {
    const on = { foreignKeys: 'on' } as const
    const steps = planSteps([a, migration('x', on), migration('y', on), b], 'all')
    expect(steps.map(({ foreignKeys }) => foreignKeys)).toEqual(['off', 'on', 'off'])
    expect(steps.map(({ migrations }) => migrations.join('+'))).toEqual(['a', 'x+y', 'b'])
  })

  it('has no step where there is nothing to run', () => {
    expect(names([])).toEqual([])
  })
})
