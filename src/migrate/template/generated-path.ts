import { asciiUpperCase } from '../../sql/ascii-case.js'
import { meaningfulTokens, type Token } from '../../sql/tokens.js'
import { unquotedName } from '../../sql/unquoted-name.js'
import { canonicalJsonPath } from './json-path.js'

/*
 * No pragma tells a generated column's expression, so it is read from the CREATE TABLE text, which
 * SQLite itself keeps and splices. Rather than texts, what the expressions mean is compared: two
 * forms are understood, `json_extract(data, '$.a')` and `data ->> '$.a'`, and the path in them is
 * brought into canonical form. Any other expression counts as different, which at worst refuses to
 * make a migration that was not needed, and never makes a wrong one.
 */

/**
 * The JSON path that a generated column extracts, in canonical form, or `undefined` when its
 * expression is something else or extracts from another column.
 *
 * @param createTable text of the CREATE TABLE statement, as `sqlite_schema` has it
 * @param json name of the JSON column
 */
export function generatedPath(createTable: string, column: string, json: string) {
  const definition = columnDefinitions(meaningfulTokens(createTable)).find(([name]) =>
    isNamed(name, column),
  )
  const expression = definition && withoutParentheses(generatedExpression(definition))
  const path = expression && extractedPath(expression, json)
  if (path === undefined || !path.startsWith("'")) return undefined
  const result = canonicalJsonPath(path.slice(1, -1).replaceAll("''", "'"))
  return 'path' in result ? result.path : undefined
}

/** What stands between the commas of the outermost parentheses: columns, then constraints. */
function columnDefinitions(tokens: readonly Token[]): Token[][] {
  const definitions: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.text === ')') depth -= 1
    if (depth === 1 && token.text === ',') definitions.push([])
    else if (depth >= 1) definitions.at(-1)?.push(token)
    if (token.text === '(') depth += 1
  }
  return definitions
}

/** From behind the `AS` of a column definition that stands outside parentheses to its `)`. */
function generatedExpression(definition: readonly Token[]): Token[] {
  let depth = 0
  let start: number | undefined
  for (const [i, token] of definition.entries()) {
    if (depth === 0 && isWord(token, 'AS')) start = i + 1
    if (token.text === '(') depth += 1
    if (token.text === ')') depth -= 1
    if (start !== undefined && i >= start && depth === 0) return definition.slice(start, i + 1)
  }
  return []
}

function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  let depth = 0
  const closing = tokens.findIndex(({ text }) => {
    if (text === '(') depth += 1
    if (text === ')') depth -= 1
    return depth === 0
  })
  const enclosed = tokens[0]?.text === '(' && closing === tokens.length - 1
  return enclosed ? withoutParentheses(tokens.slice(1, -1)) : tokens
}

/** The string literal that names the path, as written. */
function extractedPath(expression: readonly Token[], json: string): string | undefined {
  const texts = expression.map(({ text }) => text)
  const [first, second, third, , path] = expression
  if (texts.length === 3 && texts[1] === '->>' && isColumn(first, json)) return texts[2]
  const call = isWord(first, 'JSON_EXTRACT') && second?.text === '(' && texts[3] === ','
  return call && isColumn(third, json) && texts[5] === ')' && texts.length === 6
    ? path?.text
    : undefined
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && asciiUpperCase(token.text) === word
}

/** In an expression, unlike in a definition, a 'string' is no name. */
function isColumn(token: Token | undefined, name: string): boolean {
  return token?.kind !== 'string' && isNamed(token, name)
}

function isNamed(token: Token | undefined, name: string): boolean {
  return token !== undefined && asciiUpperCase(unquotedName(token)) === asciiUpperCase(name)
}
