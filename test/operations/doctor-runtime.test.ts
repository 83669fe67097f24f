import { describe, expect, it } from 'vitest'
import { checkEngines, checkNode } from '../../src/operations/doctor/check-runtime.js'
import { Findings } from '../../src/operations/doctor/findings.js'
import { isThisMachine } from '../../src/operations/doctor/sqld-process.js'

function found(check: (findings: Findings) => void): string[] {
  const findings = new Findings()
  check(findings)
  return findings.list().map(({ severity, code }) => `${severity} ${code}`)
}

describe('the version of Node', () => {
  it.each(['18.20.8', '20.18.9', '20.9.0', '9.99.99'])('%s is too old', version => {
    const codes = found(findings => checkNode(version, '>=20.19', findings))
    expect(codes).toEqual(['error node-too-old'])
  })

  it.each(['20.19.0', '20.20.2', '22.0.0', '100.0.0'])('%s is enough', version => {
    expect(found(findings => checkNode(version, '>=20.19', findings))).toEqual([])
  })
})

describe('engines', () => {
  const facts = (sqlite: string | null, libsql: string | null) => [
    { name: 'better-sqlite3', sqlite } as const,
    { name: 'libsql', sqlite: libsql } as const,
  ]

  it('are both there, or one is missing, or none serves', () => {
    expect(found(findings => checkEngines(facts('3.53.2', '3.45.1'), findings))).toEqual([])
    expect(found(findings => checkEngines(facts('3.53.2', null), findings))).toEqual([
      'warning engine-missing',
    ])
    expect(found(findings => checkEngines(facts(null, null), findings))).toEqual([
      'error engine-missing',
      'error engine-missing',
    ])
  })
})

describe('this machine', () => {
  it.each(['http://localhost', 'http://u1.LOCALHOST:8080', 'ws://127.8.0.1', 'http://[::1]:1'])(
    'is %s',
    url => expect(isThisMachine(url)).toBe(true),
  )
  it.each([
    'http://localhost.example.org',
    'http://10.0.0.1',
    'http://notlocalhost',
    'http://[::2]',
  ])('is not %s', url => expect(isThisMachine(url)).toBe(false))
})
