/** A metric family, as a file of OpenMetrics text tells it. */
export interface ParsedFamily {
  name: string
  type: string
  unit: string
  help: string
  samples: { name: string; labels: Record<string, string>; value: number }[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const DESCRIPTOR = new RegExp(`^# (TYPE|UNIT|HELP) (${NAME}) (.*)$`, 's')
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`, 's')
const LABEL = /^([a-zA-Z][a-zA-Z0-9_]*)="((?:[^\\"\n]|\\[\\"n])*)"(,|$)/
const NUMBER = /^[+-]?(\d+|\d+\.\d*|\d*\.\d+|\d+(\.\d*)?e[+-]?\d+)$/i

/** What the name of a sample has behind that of its family, by type; other types are not used here. */
const SUFFIXES: Record<string, string> = {
  gauge: '',
  unknown: '',
  counter: '_total',
  info: '_info',
}
/** What another family could make of its own name. */
const CLASHES = ['_total', '_created', '_info', '_bucket', '_count', '_sum', '_gcount', '_gsum']

/**
 * Parses OpenMetrics 1.0.0 text after its grammar and rules
 * (https://prometheus.io/docs/specs/om/open_metrics_spec/), and takes "should" for "must". Exemplars,
 * timestamps and types with several samples a metric are refused.
 *
 * @throws Error that quotes the line
 */
export function parseOpenMetrics(text: string): ParsedFamily[] {
  if (!text.endsWith('# EOF\n')) throw new Error('does not end with # EOF and a line feed')
  if (text.includes('\r\n')) throw new Error('has a line that ends with a carriage return')
  const families = new Map<string, ParsedFamily>()
  let current: ParsedFamily | undefined
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`)
    }
    if (line.startsWith('#')) {
      const [, kind = fail('no descriptor'), name = '', rest = ''] = DESCRIPTOR.exec(line) ?? []
      if (kind === 'TYPE') {
        if (families.has(name)) fail('a family that was there before')
        if (SUFFIXES[rest] === undefined) fail('a type that is not used')
        current = { name, type: rest, unit: '', help: '', samples: [] }
        families.set(name, current)
        continue
      }
      const family = current ?? fail('no TYPE before it')
      if (family.name !== name) fail('of another family than the TYPE before it')
      if (family.samples.length > 0) fail('behind samples')
      if (family.help !== '') fail('behind HELP')
      if (kind === 'HELP')
        family.help = rest === '' ? fail('nothing is said') : unescaped(rest, fail)
      else {
        if (family.unit !== '') fail('a second unit')
        if (rest === '' || !name.endsWith(`_${rest}`)) fail('the unit is not that of the name')
        family.unit = rest
      }
      continue
    }
    const [, name = fail('no sample'), labelText = '', number = ''] = SAMPLE.exec(line) ?? []
    const family = current ?? fail('no TYPE before it')
    if (family.help === '') fail('no HELP before it')
    if (name !== family.name + SUFFIXES[family.type]) fail('no sample of the TYPE before it')
    if (!NUMBER.test(number)) fail('no number')
    const value = Number(number)
    if (family.type === 'counter' && value < 0) fail('a counter below 0')
    if (family.type === 'info' && value !== 1) fail('an info that is not 1')
    const labels = parseLabels(labelText, fail)
    const key = JSON.stringify(Object.entries(labels).sort())
    if (family.samples.some(each => JSON.stringify(Object.entries(each.labels).sort()) === key)) {
      fail('a sample of these labels was there before')
    }
    family.samples.push({ name, labels, value })
  }
  for (const name of families.keys()) {
    if (CLASHES.some(suffix => name.endsWith(suffix))) throw new Error(`may clash: ${name}`)
  }
  return [...families.values()]
}

function parseLabels(text: string, fail: (why: string) => never): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== ''; ) {
    const [whole = fail('no label'), name = '', value = '', comma] = LABEL.exec(rest) ?? []
    if (Object.hasOwn(labels, name)) fail('a label twice')
    labels[name] = unescaped(value, fail)
    rest = rest.slice(whole.length)
    if (comma === ',' && rest === '') fail('a comma too many')
  }
  return labels
}

function unescaped(text: string, fail: (why: string) => never): string {
  return text.replace(/\\(.?)/gs, (_, character: string) => {
    if (character === 'n') return '\n'
    return character === '\\' || character === '"' ? character : fail('an unknown escape')
  })
}

/** The values of a family by the labels that tell them apart, as `status=ok,verb=up`. */
export function valuesOf(families: readonly ParsedFamily[], name: string): Record<string, number> {
  const family = families.find(each => each.name === name)
  return Object.fromEntries(
    (family?.samples ?? []).map(({ labels, value }) => [
      Object.entries(labels)
        .map(pair => pair.join('='))
        .sort()
        .join(),
      value,
    ]),
  )
}
