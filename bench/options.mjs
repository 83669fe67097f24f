import { parseArgs } from 'node:util'

/**
 * @typedef {object} Options
 * @property {string[]} names the benchmarks to run
 * @property {number} databases size of the fleets
 * @property {number} namespaces of a server; a fifth and four times as many are measured too
 * @property {number} readings rows of the search by tag
 * @property {number} megabytes size of the one large database
 * @property {number} [rounds] each benchmark has its own default
 * @property {string} [dir] where the fleets are made
 * @property {(text: string) => void} tell says what goes on
 */

/**
 * @param {string[]} argv
 * @param {string[]} known names of the benchmarks
 * @returns {Omit<Options, 'tell'>}
 * @throws for what is not understood
 */
export function parseOptions(argv, known) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      databases: { type: 'string', default: '10000' },
      namespaces: { type: 'string', default: '500' },
      readings: { type: 'string', default: '100000' },
      megabytes: { type: 'string', default: '1024' },
      rounds: { type: 'string' },
      dir: { type: 'string' },
    },
  })
  const unknown = positionals.find(name => !known.includes(name))
  if (unknown !== undefined) {
    throw new Error(`no benchmark is named ${unknown}; there are ${known.join(', ')}`)
  }
  return {
    names: positionals.length > 0 ? positionals : known,
    databases: count(values.databases, '--databases'),
    namespaces: count(values.namespaces, '--namespaces'),
    readings: count(values.readings, '--readings'),
    megabytes: count(values.megabytes, '--megabytes'),
    ...(values.rounds !== undefined && { rounds: count(values.rounds, '--rounds') }),
    ...(values.dir !== undefined && { dir: values.dir }),
  }
}

function count(text, flag) {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text)
  throw new Error(`${flag} takes a whole number from 1, not ${text}`)
}
