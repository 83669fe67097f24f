import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHECK_FORMATS, type CheckFormat, renderCheckAs } from '../../src/output/check-formats.js'
import type { CheckReport, Finding } from '../../src/report/check-report.js'
import { readXml, type XmlElement } from './read-xml.js'
import { failure, INDEX, lines, reportOf, screen } from './sample-fleet.js'

const FINDINGS: Finding[] = [
  {
    code: 'up-fails',
    severity: 'error',
    message: 'it does not apply: no such table: a, "b" <c>',
    databases: [],
    file: 'migrations/20260102_add_index.up.sql',
    line: 3,
    hint: 'Mend it.',
  },
  {
    code: 'drift',
    severity: 'error',
    message: 'lacks index measurements_tag',
    databases: ['alice', 'bob'],
    sql: ['CREATE INDEX measurements_tag ON measurements (tag)'],
  },
  {
    code: 'pending',
    severity: 'warning',
    message: `${INDEX} is pending`,
    databases: ['carol'],
  },
]

function reportWith(findings: Finding[], name = 'dave'): CheckReport {
  const row = { status: 'ok' as const, position: INDEX, asExpected: true }
  const rows = [
    { name: 'alice', ...row, asExpected: false },
    { name: 'bob', ...row, asExpected: false },
    { name: 'carol', ...row },
    { ...failure(name, 'no such file'), position: null, asExpected: null },
  ]
  return {
    ...reportOf('check', rows),
    command: 'check',
    root: '/repo/app',
    offline: false,
    migrations: 2,
    findings,
    census: [],
    scripts: [],
  }
}

function render(format: CheckFormat, report = reportWith(FINDINGS)): string[] {
  return renderCheckAs(format, report, screen('pipe'), '/repo')
}

const anyFinding: fc.Arbitrary<Finding> = fc.record(
  {
    code: fc.constantFrom('drift', 'up-fails'),
    severity: fc.constantFrom('error', 'warning', 'note'),
    message: fc.string({ unit: 'binary' }),
    databases: fc.array(fc.string({ unit: 'binary' }), { maxLength: 30 }),
    file: fc.string({ unit: 'grapheme', minLength: 1 }),
    line: fc.integer({ min: 1, max: 999 }),
    hint: fc.string({ unit: 'binary' }),
  },
  { requiredKeys: ['code', 'severity', 'message', 'databases'] },
)
const anyReport = fc
  .tuple(fc.array(anyFinding, { maxLength: 5 }), fc.string({ unit: 'binary', minLength: 1 }))
  .map(([findings, name]) => reportWith(findings, name))

test('a report for people tells findings by file and line, then the databases', () => {
  expect(lines(render('text'))).toBe(`
check: 2 migrations, 4 databases
error migrations/20260102_add_index.up.sql:3 up-fails
  it does not apply: no such table: a, "b" <c>
  → Mend it.
  1 as expected
  2 lack index measurements_tag (alice, bob)
  1 behind: 20260102_add_index is pending (carol)
  1 failed: no such file (dave)
3 checked, 2 errors, 1 warning, 1 not readable in 0.4 s
`)
})

describe('annotations of GitHub', () => {
  test('stand at file and line, before the report', () => {
    expect(lines(render('github').slice(0, 5))).toBe(`
::error title=dbfleet%3A sql::dave: no such file
::error file=app/migrations/20260102_add_index.up.sql,line=3,title=dbfleet%3A up-fails::it does not apply: no such table: a, "b" <c>%0AMend it.
::error title=dbfleet%3A drift::lacks index measurements_tag (alice, bob)
::warning title=dbfleet%3A pending::20260102_add_index is pending (carol)
check: 2 migrations, 4 databases
`)
  })

  test('are no commands but those', () => {
    const command = /^::(?:error|warning|notice) (?:[a-z]+=[^,:\r\n]*,?)+::[^\r\n]*$/
    fc.assert(
      fc.property(anyReport, report => {
        const rendered = render('github', report)
        const end = rendered.findIndex(line => line.startsWith('check: '))
        for (const line of rendered.slice(0, end)) expect(line).toMatch(command)
        for (const line of rendered.slice(end)) expect(line).not.toMatch(/::|##\[/)
      }),
    )
  })
})

/** What the JUnit format has where, by https://github.com/testmoapp/junitxml. */
const JUNIT: Record<string, { inside: string; attributes: string[] }> = {
  testsuites: { inside: '', attributes: ['name', 'tests', 'failures', 'errors', 'time'] },
  testsuite: {
    inside: 'testsuites',
    attributes: ['name', 'tests', 'failures', 'errors', 'skipped', 'time'],
  },
  testcase: { inside: 'testsuite', attributes: ['classname', 'name', 'file', 'line', 'time'] },
  failure: { inside: 'testcase', attributes: ['message', 'type'] },
  'system-out': { inside: 'testcase', attributes: [] },
}

function checkJunit(element: XmlElement, inside = ''): void {
  const rule = JUNIT[element.name]
  expect(rule?.inside).toBe(inside)
  expect(rule?.attributes).toEqual(expect.arrayContaining(Object.keys(element.attributes)))
  if (element.name === 'testsuite') {
    const failures = element.children.filter(({ children }) => children[0]?.name === 'failure')
    expect(element.attributes).toMatchObject({
      tests: String(element.children.length),
      failures: String(failures.length),
    })
  }
  for (const child of element.children) checkJunit(child, element.name)
}

describe('JUnit XML', () => {
  test('has errors as failed tests, at file and line', () => {
    const [migrations, databases] = readXml(render('junit').join('\n')).children
    expect(migrations?.children).toMatchObject([
      {
        attributes: { file: 'app/migrations/20260102_add_index.up.sql', line: '3' },
        children: [
          {
            name: 'failure',
            attributes: {
              type: 'up-fails',
              message: 'it does not apply: no such table: a, "b" <c>',
            },
          },
        ],
      },
    ])
    expect(databases?.children.map(({ children }) => children[0]?.name)).toEqual([
      'failure',
      'failure',
      'system-out',
    ])
  })

  test('is sound whatever it tells', () => {
    fc.assert(
      fc.property(anyReport, report => checkJunit(readXml(render('junit', report).join('\n')))),
    )
  })
})

const text = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } }
/** What SARIF 2.1.0 demands of the parts that are written (sections 3.13 to 3.33). */
const isSarif = new Ajv2020().compile({
  type: 'object',
  required: ['version', 'runs'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool'],
        additionalProperties: false,
        properties: {
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          tool: {
            type: 'object',
            required: ['driver'],
            additionalProperties: false,
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                additionalProperties: false,
                properties: {
                  name: { type: 'string' },
                  version: { type: 'string' },
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id'],
                      additionalProperties: false,
                      properties: { id: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message'],
              additionalProperties: false,
              properties: {
                ruleId: { type: 'string' },
                ruleIndex: { type: 'integer', minimum: 0 },
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message: text,
                locations: {
                  type: 'array',
                  items: {
                    type: 'object',
                    additionalProperties: false,
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        required: ['artifactLocation'],
                        additionalProperties: false,
                        properties: {
                          artifactLocation: {
                            type: 'object',
                            additionalProperties: false,
                            properties: {
                              uri: { type: 'string', pattern: "^[\\w%!~*'().:/-]+$" },
                              uriBaseId: { type: 'string' },
                            },
                          },
                          region: {
                            type: 'object',
                            additionalProperties: false,
                            properties: { startLine: { type: 'integer', minimum: 1 } },
                          },
                        },
                      },
                      logicalLocations: {
                        type: 'array',
                        items: {
                          type: 'object',
                          additionalProperties: false,
                          properties: { name: { type: 'string' }, kind: { type: 'string' } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
})

describe('SARIF', () => {
  test('has a result for each finding, with its rule and place', () => {
    const [run] = JSON.parse(render('sarif').join('\n')).runs
    expect(run.results).toHaveLength(4)
    expect(run.results[1]).toMatchObject({
      ruleId: 'up-fails',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: {
              uri: 'app/migrations/20260102_add_index.up.sql',
              uriBaseId: '%SRCROOT%',
            },
            region: { startLine: 3 },
          },
        },
      ],
    })
    for (const { ruleId, ruleIndex } of run.results) {
      expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId)
    }
  })

  test('is sound whatever it tells', () => {
    fc.assert(
      fc.property(anyReport, report => {
        isSarif(JSON.parse(render('sarif', report).join('\n')))
        expect(isSarif.errors ?? []).toEqual([])
      }),
    )
  })
})

describe('Markdown', () => {
  test('is a summary and a table', () => {
    expect(lines(render('markdown'))).toBe(`
### dbfleet check failed

2 migrations, 1 database of 4 as expected.

| | code | where | what |
| --- | --- | --- | --- |
| ❌ error | sql | 1 database | dave: no such file |
| ❌ error | up-fails | app/migrations/20260102\\_add\\_index.up.sql:3 | it does not apply: no such table: a, "b" &lt;c><br>Mend it. |
| ❌ error | drift | 2 databases | lacks index measurements\\_tag (alice, bob) |
| ⚠️ warning | pending | 1 database | 20260102\\_add\\_index is pending (carol) |
`)
  })

  test('has rows of four cells whatever they hold', () => {
    fc.assert(
      fc.property(anyReport, report => {
        const table = render('markdown', report).slice(4)
        for (const row of table) {
          expect(row.replaceAll(/\\./g, '').split('|')).toHaveLength(6)
          expect(row.replaceAll('<br>', '')).not.toContain('<')
        }
      }),
    )
  })
})

test('every format says something of a check that found nothing', () => {
  const report = { ...reportWith([]), databases: [], summary: reportOf('check', []).summary }
  for (const format of CHECK_FORMATS) expect(render(format, report).join('')).not.toBe('')
})
