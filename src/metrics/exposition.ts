import { FAMILIES, type FamilyName, type Labels, type Sample } from './families.js'

const NAMES = Object.keys(FAMILIES) as FamilyName[]
const UNIT = /_(seconds|bytes)$/

/**
 * Samples as OpenMetrics text, version 1.0.0, which Prometheus' older text format understands too.
 *
 * @param common labels that all of them get
 */
export function exposition(samples: readonly Sample[], common: Labels): string {
  const families = NAMES.map(name => ({
    name,
    samples: samples.filter(({ family }) => family === name),
  }))
  const lines = families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, samples }) => [
      ...descriptors(name),
      ...samples.map(({ labels, value }) => `${name}${braces({ ...common, ...labels })} ${value}`),
    ])
  return [...lines, '# EOF', ''].join('\n')
}

function descriptors(name: FamilyName): string[] {
  const unit = UNIT.exec(name)?.[1]
  return [
    `# TYPE ${name} gauge`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${FAMILIES[name]}`,
  ]
}

function braces(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return `{${pairs.join(',')}}`
}

/** A label's value as it stands between quotation marks. */
export function escapeLabel(value: string): string {
  // A lone surrogate has no UTF-8.
  return Buffer.from(value)
    .toString()
    .replace(/[\\"\n]/g, character => (character === '\n' ? '\\n' : `\\${character}`))
}
