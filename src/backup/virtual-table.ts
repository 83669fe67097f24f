import { asciiLowerCase } from '../sql/ascii-case.js'
import { meaningfulTokens, type Token } from '../sql/tokens.js'
import { unquotedName } from '../sql/unquoted-name.js'

/** What a `CREATE VIRTUAL TABLE` says. */
export interface VirtualTable {
  /** In lower case, such as `fts5`. */
  module: string
  /** Arguments of the form `name = value`, by their name in lower case, values without quotes. */
  options: ReadonlyMap<string, string>
}

/** Reads `CREATE VIRTUAL TABLE [IF NOT EXISTS] [schema.]name USING module(…)`; else `undefined`. */
export function parseVirtualTable(sql: string): VirtualTable | undefined {
  const tokens = meaningfulTokens(sql)
  const isWord = (index: number, word: string) =>
    tokens[index]?.kind === 'word' && asciiLowerCase(tokens[index].text) === word
  if (!isWord(0, 'create') || !isWord(1, 'virtual') || !isWord(2, 'table')) return undefined
  // A table may be called "using", but not without quotes.
  const using = tokens.findIndex((_, index) => isWord(index, 'using'))
  const module = tokens[using + 1]
  if (using < 0 || module === undefined) return undefined
  return {
    module: asciiLowerCase(unquotedName(module)),
    options: optionsIn(tokens.slice(using + 3)),
  }
}

function optionsIn(tokens: readonly Token[]): Map<string, string> {
  const options = new Map<string, string>()
  let isStart = true
  for (const [index, token] of tokens.entries()) {
    const value = tokens[index + 2]
    if (isStart && tokens[index + 1]?.text === '=' && value !== undefined) {
      options.set(asciiLowerCase(unquotedName(token)), unquotedName(value))
    }
    isStart = token.text === ','
  }
  return options
}
