import { describe, expect, it } from 'vitest'
import { parseOpenMetrics } from './parse-open-metrics.js'

const SECONDS = '# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n# HELP a_seconds Time.\n'
const END = '# EOF\n'

describe('the parser of the tests', () => {
  it('understands what is right', () => {
    const counter = '# TYPE b counter\n# HELP b One \\"b\\" \\\\ two.\nb_total 1e3\n'
    const sample = 'a_seconds{x="\\"\\\\\\n}",y=""} 1.5\na_seconds 0\n'
    expect(parseOpenMetrics(SECONDS + sample + counter + END)).toEqual([
      {
        name: 'a_seconds',
        type: 'gauge',
        unit: 'seconds',
        help: 'Time.',
        samples: [
          { name: 'a_seconds', labels: { x: '"\\\n}', y: '' }, value: 1.5 },
          { name: 'a_seconds', labels: {}, value: 0 },
        ],
      },
      {
        name: 'b',
        type: 'counter',
        unit: '',
        help: 'One "b" \\ two.',
        samples: [{ name: 'b_total', labels: {}, value: 1_000 }],
      },
    ])
  })

  it.each([
    ['no end', SECONDS],
    ['no line feed at the end', `${SECONDS}# EOF`],
    ['an end in the middle', `${END}${SECONDS}${END}`],
    ['a carriage return', `${SECONDS}a_seconds 1\r\n${END}`],
    ['a blank line', `${SECONDS}\na_seconds 1\n${END}`],
    ['another comment', `# hello\n${END}`],
    ['a sample without a type', `a_seconds 1\n${END}`],
    ['a type that there is not', `# TYPE a gouge\n# HELP a A.\na 1\n${END}`],
    ['a family twice', `${SECONDS}a_seconds 1\n${SECONDS}a_seconds{x="1"} 1\n${END}`],
    ['a family in two parts', `${SECONDS}# TYPE b gauge\n# HELP b B.\nb 1\na_seconds 1\n${END}`],
    ['a unit that the name has not', `# TYPE a gauge\n# UNIT a seconds\n# HELP a A.\n${END}`],
    ['help behind a sample', `# TYPE a gauge\na 1\n# HELP a A.\n${END}`],
    ['a counter without _total', `# TYPE a counter\n# HELP a A.\na 1\n${END}`],
    ['a negative counter', `# TYPE a counter\n# HELP a A.\na_total -1\n${END}`],
    ['a gauge called like a counter', `# TYPE a_total gauge\n# HELP a_total A.\n${END}`],
    ['an info of 2', `# TYPE a info\n# HELP a A.\na_info 2\n${END}`],
    [
      'the same labels twice',
      `${SECONDS}a_seconds{x="1",y="2"} 1\na_seconds{y="2",x="1"} 1\n${END}`,
    ],
    ['a label twice', `${SECONDS}a_seconds{x="1",x="2"} 1\n${END}`],
    ['a label of a number', `${SECONDS}a_seconds{1="1"} 1\n${END}`],
    ['a label of an underscore', `${SECONDS}a_seconds{_x="1"} 1\n${END}`],
    ['a comma too many', `${SECONDS}a_seconds{x="1",} 1\n${END}`],
    ['no comma', `${SECONDS}a_seconds{x="1"y="1"} 1\n${END}`],
    ['a bare quotation mark', `${SECONDS}a_seconds{x="1"1"} 1\n${END}`],
    ['an escape that there is not', `${SECONDS}a_seconds{x="\\t"} 1\n${END}`],
    ['no value', `${SECONDS}a_seconds{x="1"}\n${END}`],
    ['a value in words', `${SECONDS}a_seconds one\n${END}`],
    ['a value in hexadecimal', `${SECONDS}a_seconds 0x10\n${END}`],
    ['a timestamp', `${SECONDS}a_seconds 1 1795302382\n${END}`],
    ['two spaces', `${SECONDS}a_seconds  1\n${END}`],
  ])('refuses %s', (_, text) => {
    expect(() => parseOpenMetrics(text)).toThrow()
  })
})
