import type { Lexeme } from './lexeme.js'
import { type Group, isGroup, type Node } from './nodes.js'
import { type Analysis, analyze } from './precedence.js'

/**
 * The lexemes in their order, without the parentheses that change nothing: what is inside binds
 * tighter than what is around, so that it would be read in the same way.
 */
export function withoutParentheses(nodes: readonly Node[]): Lexeme[] {
  return write(unwrap(nodes))
}

function write(nodes: readonly Node[]): Lexeme[] {
  return nodes.flatMap(node =>
    isGroup(node) ? [node.open, ...write(node.inside), node.close] : [node],
  )
}

/** From the inside out, so that `((a))` loses both. */
function unwrap(nodes: readonly Node[]): Node[] {
  const inner = nodes.map(node => (isGroup(node) ? { ...node, inside: unwrap(node.inside) } : node))
  const level = analyze(inner)
  return inner.flatMap((node, index) => {
    if (!isGroup(node)) return spelled(node, level.postfixNots.has(index))
    return isRedundant(node, level, index) ? node.inside : [node]
  })
}

function isRedundant(group: Group, level: Analysis, index: number): boolean {
  const place = level.places[index]
  if (group.open.text !== '(' || place === undefined) return false
  const { loosest, loosestOperator } = analyze(group.inside)
  if (loosest === undefined || loosest < place.after) return false
  // `a AND (b AND c)` is the same conjunction; `a - (b - c)` is another difference.
  const isJoined = loosestOperator === 'AND' || loosestOperator === 'OR'
  return loosest > place.before || (isJoined && place.operatorBefore === loosestOperator)
}

/** `a ISNULL` is `a IS NULL`; `a NOTNULL` and `a NOT NULL` are `a IS NOT NULL`. */
function spelled(lexeme: Lexeme, isPostfixNot: boolean): Lexeme[] {
  if (lexeme.word === 'ISNULL') return [IS, NULL]
  if (lexeme.word === 'NOTNULL') return [IS, NOT, NULL]
  return isPostfixNot ? [IS, lexeme] : [lexeme]
}

const IS: Lexeme = { text: 'IS', word: 'IS' }
const NOT: Lexeme = { text: 'NOT', word: 'NOT' }
const NULL: Lexeme = { text: 'NULL', word: 'NULL' }
